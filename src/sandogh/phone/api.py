"""The network's interface for programs: sending, fetching, telling it how to fail. JSON only, so that no web page can call it from afar."""

import json
import time
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from sandogh.phone import network
from sandogh.phone.models import Fault, Text
from sandogh.server.common import clock

MOST_FETCHED = 200


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """`{"to", "text", "reference"}` → `{"id"}`; 400 refused, 503 busy."""
    try:
        fields = _fields(request, {"to": str, "text": str, "reference": str})
        accepted = network.send_to_phone(number=fields["to"], text=fields["text"], reference=fields["reference"], now=clock.now())
    except network.Refused as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    except network.Busy as busy:
        return JsonResponse({"error": str(busy)}, status=503)
    time.sleep(accepted.hold)
    return JsonResponse({"id": str(accepted.text.pk)})


@require_GET
def inbox(request: HttpRequest) -> JsonResponse:
    """Texts to the short number after `?after=`, oldest first: `{"messages": [{"id", "from", "to", "text", "at"}], "cursor"}`."""
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        return JsonResponse({"error": "after must be a number"}, status=400)
    texts = list(Text.objects.filter(from_phone=True, pk__gt=int(after)).order_by("pk")[:MOST_FETCHED])
    return JsonResponse({"messages": [network.incoming(text) for text in texts], "cursor": str(texts[-1].pk) if texts else after})


@require_GET
def status(request: HttpRequest) -> JsonResponse:
    """What became of the text `?id=` or `?reference=`: `{"id", "reference", "state"}`; 404 when there is none."""
    wanted, reference = request.GET.get("id", ""), request.GET.get("reference", "")
    texts = Text.objects.filter(from_phone=False)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        found = texts.filter(pk=int(wanted)).first()
    else:
        found = texts.filter(reference=reference).first() if reference else None
    if found is None:
        return JsonResponse({"error": "no such text"}, status=404)
    return JsonResponse({"id": str(found.pk), "reference": found.reference, "state": "delivered" if found.delivered else "failed"})


@require_GET
def messages(request: HttpRequest) -> JsonResponse:
    """What stands on the phone `?number=`, oldest first: `{"messages": [{"id", "from_phone", "text", "reference", "at"}]}`."""
    texts = Text.objects.filter(number=request.GET.get("number", ""), delivered=True).order_by("pk")
    shown = [
        {"id": str(text.pk), "from_phone": text.from_phone, "text": text.text, "reference": text.reference, "at": text.at.isoformat()}
        for text in texts
    ]
    return JsonResponse({"messages": shown})


@csrf_exempt
@require_POST
def text(request: HttpRequest) -> JsonResponse:
    """A phone texts the short number: `{"from", "to", "text"}` → `{"id"}`."""
    try:
        fields = _fields(request, {"from": str, "to": str, "text": str})
        sent = network.send_from_phone(number=fields["from"], line=fields["to"], text=fields["text"], now=clock.now())
    except network.Refused as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    return JsonResponse({"id": str(sent.pk)})


@csrf_exempt
def faults(request: HttpRequest) -> JsonResponse:
    """GET: the faults that are set. POST `{"kind", "number": "", "times": null, "hold": 15}`: set one; kind "none" takes it back."""
    if request.method == "POST":
        try:
            fields = _fields(request, {"kind": str}, {"number": str, "times": int, "hold": (int, float)})
            network.set_fault(
                fields["kind"], number=fields.get("number", ""), times=fields.get("times"), hold=float(fields.get("hold", 15))
            )
        except network.Refused as refused:
            return JsonResponse({"error": str(refused)}, status=400)
    return JsonResponse({"faults": list(Fault.objects.order_by("number").values("kind", "number", "times", "hold"))})


def _fields(request: HttpRequest, needed: dict[str, type], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON body's fields, each of its type. Raises Refused."""
    if request.content_type != "application/json":
        raise network.Refused("application/json is expected")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise network.Refused("not JSON") from error
    if not isinstance(body, dict):
        raise network.Refused("not an object")
    body = {key: value for key, value in body.items() if value is not None}
    for name, kind in needed.items():
        if not isinstance(body.get(name), kind):
            raise network.Refused(f"{name} is missing or of another type")
    for name, kind in (optional or {}).items():
        if name in body and (not isinstance(body[name], kind) or isinstance(body[name], bool)):
            raise network.Refused(f"{name} is of another type")
    return body
