"""One ballot with all that its proofs are about, for the check in the visitor's own browser (protocol.md §7, §11)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sandogh.server.board import domain as board
from sandogh.server.elections.models import Election
from sandogh.server.portal.page import election_page


@require_safe
@election_page
def ballot_record(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The event of a tracker and that of Setup, each with its data members, as the texts that their hashes are of.

    The browser believes none of it and computes every hash again. Status 400 for what is no tracker, 404 for one that is not on the board.
    """
    line = board.find_by_tracker(election, request.GET.get("code", ""))
    content = {"ballot": _texts(election, line.height), "setup": _texts(election, 0)}
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    response.headers["Cache-Control"] = "no-cache"
    return response


def _texts(election: Election, height: int) -> dict[str, object]:
    (stored,) = board.stored_events(election, height, first=height)
    return {"event": stored.body.decode("utf-8"), "members": [member.decode("utf-8") for member in stored.members]}
