"""Which language a page speaks: Persian, unless this browser has chosen another at the foot of a page.

Not by Accept-Language: many of these voters' phones are set to English, and their election is in Persian all the same.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

KEPT_FOR = 90 * 24 * 60 * 60
"""Seconds that a choice is kept: from an election's invitation to its last objection."""
LONGEST_ADDRESS = 2_000

# Addresses that only take forms, and the page on which each form stands.
_PAGE_OF = {"code-resend": "code", "leave": "landing"}


class ChosenLanguage:
    """Middleware: the cookie that `choose` writes, and nothing else, changes the language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
            return response


# Without a CSRF token, which would put a cookie on every public page: all that another site could do is to let a visitor read Persian
# or English, and a browser that says where the form came from is held to it.
@csrf_exempt
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """The switch at the foot of the pages: remember the language, go back to the page."""
    origin, language = request.headers.get("Origin"), request.POST.get("language", "")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        return HttpResponseForbidden()
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    response = redirect(_own_address(request.POST.get("next", "")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=settings.PRODUCTION, path="/"
    )
    patch_cache_control(response, no_store=True)
    return response


def _own_address(given: str) -> str:
    """The address, if it is a path of ours; otherwise the first page, and never another site."""
    if len(given) <= LONGEST_ADDRESS and given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None):
        return given
    return "/"


def address_to_return_to(request: HttpRequest) -> str:
    """The address that shows this page again when it is asked for."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    match = resolve(request.path_info)
    return reverse(_PAGE_OF.get(match.url_name or "", match.url_name), kwargs=match.kwargs)
