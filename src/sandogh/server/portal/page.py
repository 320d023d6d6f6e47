"""What the pages have in common: finding the election of the address, the frame around every page, refusals, the session's cookie."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.portal.language import address_to_return_to

COOKIE: str = settings.VOTER_COOKIE_NAME

ElectionView = Callable[..., HttpResponseBase]


def election_page(view: ElectionView) -> Callable[..., HttpResponseBase]:
    """The view is called with the election and the time; a draft is nobody's business yet, so it does not exist.

    A Refused that the view lets pass becomes a page that says it; those with status 404 become «not found», with their sentence.
    """

    @wraps(view)
    def answer(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = clock.now()
        try:
            election = Election.by_slug(slug)
        except Refused as refused:
            raise Http404(refused.message) from refused
        if election.phase(now) == "draft":
            raise Http404
        try:
            return view(request, election, *args, now=now, **kwargs)
        except Refused as refused:
            return refusal(request, election, refused, now=now)

    return answer


def personal(view: ElectionView) -> Callable[..., HttpResponseBase]:
    """The page is about one person: no cache keeps it, no search engine lists it, and no other page learns its address."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answer


def page(
    request: HttpRequest, template: str, election: Election | None, context: Mapping[str, Any], *, now: datetime, status: int = 200
) -> HttpResponse:
    """Render a page inside the frame: whose election it is, who helps, what time the server has."""
    frame: dict[str, Any] = {"now_ms": milliseconds(now), "here": address_to_return_to(request)}
    if election is not None:
        frame |= {
            "election": election,
            "organisation": election.organisation,
            "support": election.organisation.contacts(),
            "phase": election.phase(now),
        }
    response = render(request, f"portal/{template}.html", frame | dict(context), status=status)
    # Pages tell the state of a moment, in the visitor's language; a copy must be asked about before it is shown again.
    patch_cache_control(response, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def refusal(request: HttpRequest, election: Election, refused: Refused, *, now: datetime) -> HttpResponse:
    """The page for what cannot be done, with its reason and its remedy."""
    return page(request, "refused", election, {"refused": refused}, now=now, status=refused.status)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def absolute(path: str) -> str:
    """The address as it is printed on a receipt: from the settings, never from what the browser called us."""
    return f"{settings.BASE_URL}{path}"


def session_token(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")


def give_session(response: HttpResponse, token: str) -> None:
    """Hand the browser its session: gone with the browser, out of reach of scripts, never sent from another site."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=settings.PRODUCTION, path="/")


def take_session(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path="/", samesite="Strict")
