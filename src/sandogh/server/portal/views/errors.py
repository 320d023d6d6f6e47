"""Answers to requests that never reach a page: bad, forbidden, missing, too large, and our own faults."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django calls suspicious; a body over the limit is told apart, since there the remedy is another one."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


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
