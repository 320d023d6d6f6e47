"""The WSGI application inside a process of `sandogh serve`: as sandogh.server.wsgi, but it ends when the process that started it ends.

Otherwise, after the first process was killed, the others would go on answering on the same port beside the next start, maybe of another
version.
"""

import ctypes
import signal
import sys

from sandogh.server.wsgi import application

__all__ = ["application"]

_PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    # KILL, since granian's processes take TERM from nobody but their parent. A cast is one transaction: it is done or it is not.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
