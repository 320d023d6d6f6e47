"""Answers to requests that never reach a page: bad, forbidden, missing, too large, and our own faults."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django calls suspicious; a body over the limit is told apart, since there the remedy is another one."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)
