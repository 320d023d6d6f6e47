"""What officers do to an election, one function per act: the command line uses them now, the officers' pages later.

Each is a numbered plan whose changes are one transaction, unless it says otherwise. Refusals are `Refused`, with nothing changed.
"""

from sandogh.server.console.acts.counting import decrypt, publish, shuffle, tally
from sandogh.server.console.acts.looking import status, trustees
from sandogh.server.console.acts.preparing import create, credentials_request, revise, seal
from sandogh.server.console.acts.voting import cancel, close, close_early, note_rehearsal, open_voting, rehearsed

__all__ = [
    "cancel",
    "close",
    "close_early",
    "create",
    "credentials_request",
    "decrypt",
    "note_rehearsal",
    "open_voting",
    "publish",
    "rehearsed",
    "revise",
    "seal",
    "shuffle",
    "status",
    "tally",
    "trustees",
]
