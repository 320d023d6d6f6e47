"""Webhooks for the provider: unsigned GETs and POSTs behind a long random path.

What they say is stored and answered with 200; a fault of ours must not make a provider switch the address off.
"""

import hmac
import json
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sandogh.server.common import clock
from sandogh.server.messaging import configured
from sandogh.server.messaging.domain import receive, record_delivery
from sandogh.sms import NotUnderstood

LARGEST_BODY = 16 * 1024


@csrf_exempt
@require_http_methods(["GET", "POST"])
def inbound(request: HttpRequest, secret: str) -> HttpResponse:
    """A text came to our line."""
    _demand(secret)
    try:
        receive(configured.provider().parse_inbound(_fields(request)), clock.now())
    except NotUnderstood:
        return HttpResponse("not understood", status=400, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, secret: str) -> HttpResponse:
    """What became of a text of ours."""
    _demand(secret)
    try:
        record_delivery(configured.provider().parse_delivery(_fields(request)), clock.now())
    except NotUnderstood:
        return HttpResponse("not understood", status=400, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def _demand(secret: str) -> None:
    """404 unless the path is ours: to anybody else this address does not exist."""
    if not hmac.compare_digest(secret.encode(), settings.SMS_WEBHOOK_SECRET.encode()):
        raise Http404


def _fields(request: HttpRequest) -> Mapping[str, str]:
    """The request's fields, from the query, a form or a JSON object. Raises NotUnderstood for a body too large or not to be read."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError as error:
        raise NotUnderstood("Content-Length") from error
    if length > LARGEST_BODY:
        raise NotUnderstood("too large")
    fields = {key: values[-1] for key, values in request.GET.lists()}
    if request.content_type == "application/json":
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError, RequestDataTooBig) as error:
            raise NotUnderstood("not JSON") from error
        if not isinstance(body, dict):
            raise NotUnderstood("not a JSON object")
        return fields | {key: str(value) for key, value in body.items() if isinstance(value, str | int | float)}
    return fields | {key: values[-1] for key, values in request.POST.lists()}
