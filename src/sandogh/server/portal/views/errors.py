"""Answers to requests that never reach a page: bad, forbidden, missing, too large, and our own faults."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django calls suspicious; a body over the limit is told apart, since there the remedy is another one."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page or call that did not come from our own pages, or whose cookie is gone; a program is answered in its own form."""
    if request.content_type == "application/json":
        message = _("این درخواست از صفحهٔ خود ما نیامد یا کوکی آن پاک شده است. صفحه را تازه کنید و دوباره بکوشید.")
        return JsonResponse({"error": {"code": "csrf", "message": message}}, status=403)
    return render(request, "403_csrf.html", status=403)


class OtherMethodSays:
    """Middleware: an address that takes no such request says so; what Django answers there by itself is an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            said = render(request, "400.html", status=response.status_code)
            said.headers["Allow"] = response.headers["Allow"]
            return said
        return response
