"""The pages: the list of phones, one phone, its box for texting, its fault."""

from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandogh.persian import Unreadable, normalise_mobile
from sandogh.phone import network
from sandogh.phone.models import FaultKind, Text
from sandogh.server.common import clock
from sandogh.sms.simulated import FICTIONAL_NUMBERS

LISTED = 50


@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """The phones that have had a text, the latest first; a number typed into the box opens its phone."""
    if request.GET.get("part") == "list":
        return render(request, "phone/list.html", {"phones": _listed()})
    asked, missing = request.GET.get("number", ""), False
    if asked:
        try:
            return redirect("phone", number=normalise_mobile(asked))
        except Unreadable:
            missing = True
    return render(request, "phone/phones.html", {"phones": _listed(), "asked": asked, "missing": missing, "total": _total()})


@require_GET
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """One phone."""
    return _phone(request, number)


@require_GET
def talk(request: HttpRequest, number: str) -> HttpResponse:
    """The texts alone, for the page to bring itself up to date."""
    return render(request, "phone/talk.html", {"texts": _texts(number)})


@require_POST
def write(request: HttpRequest, number: str) -> HttpResponse:
    """The phone texts the short number."""
    try:
        network.send_from_phone(number=_existing(number), line=settings.LINE, text=request.POST.get("text", ""), now=clock.now())
    except network.Refused:
        return _phone(request, number, refused=_("متن پیامک را بنویسید."))
    return redirect("phone", number=number)


@require_POST
def fault(request: HttpRequest, number: str) -> HttpResponse:
    """This number's texts fail in the chosen way from now on."""
    try:
        network.set_fault(request.POST.get("kind", ""), number=_existing(number))
    except network.Refused as refused:
        raise Http404 from refused
    return redirect("phone", number=number)


def _phone(request: HttpRequest, number: str, *, refused: str = "") -> HttpResponse:
    chosen = network.fault_of(_existing(number))
    kinds = [
        ("", _("همه چیز سالم")),
        (FaultKind.REFUSED.value, _("شبکه نمی‌پذیرد")),
        (FaultKind.UNDELIVERED.value, _("پذیرفته می‌شود ولی نمی‌رسد")),
        (FaultKind.REPORT_LOST.value, _("می‌رسد ولی گزارشش گم می‌شود")),
        (FaultKind.TIMED_OUT.value, _("می‌رسد ولی پاسخ شبکه دیر می‌آید")),
    ]
    values = {
        "number": number,
        "texts": _texts(number),
        "line": settings.LINE,
        "kinds": kinds,
        "chosen": chosen,
        "phones": _listed(),
        "refused": refused,
    }
    return render(request, "phone/phone.html", values, status=400 if refused else 200)


def _existing(number: str) -> str:
    if not number.startswith(FICTIONAL_NUMBERS):
        raise Http404
    return number


def _texts(number: str) -> list[Text]:
    return list(Text.objects.filter(number=number, delivered=True).order_by("pk"))


def _listed() -> list[dict[str, object]]:
    """Number, how many texts it got, and how the last of them begins (its greeting names the person), latest first."""
    received = Q(from_phone=False)
    rows = list(
        Text.objects.filter(delivered=True)
        .values("number")
        .annotate(latest=Max("pk"), last=Max("pk", filter=received), received=Count("pk", filter=received))
        .order_by("-latest")[:LISTED]
    )
    texts = Text.objects.in_bulk([row["last"] for row in rows if row["last"]])
    first_lines = {pk: text.text.split("\n")[0][:60] for pk, text in texts.items()}
    return [{"number": row["number"], "received": row["received"], "last": first_lines.get(row["last"], "")} for row in rows]


def _total() -> int:
    return Text.objects.filter(delivered=True).values("number").distinct().count()
