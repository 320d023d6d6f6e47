"""The way in: three fields, then the one-time code (journey.md S3, S4). Also the pictures, sounds and works for the first page."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sandogh.server.accounts.domain import captcha, codes, sessions
from sandogh.server.accounts.domain import login as accounts
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.portal.address import voter_address
from sandogh.server.portal.forms import LoginForm
from sandogh.server.portal.page import election_page, give_session, milliseconds, page, personal, session_token, take_session

RING = 120
"""Length of the clock's ring, as the page's pathLength says."""

LIVE = {"authenticated", "sealed", "confirmed"}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@personal
@election_page
def login(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Three fields. Every mismatch answers alike; what is wrong in itself, such as nine digits, is said beside its field."""
    if not election.accepts_logins(now):
        return redirect("landing", election.slug)
    if request.method != "POST":
        return _login_page(request, election, LoginForm(), now=now)
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, election, form, now=now, status=422)
    given = form.cleaned_data
    proof = (
        captcha.WorkAnswer(given["work"])
        if given["work"]
        else captcha.PictureAnswer(id=given["challenge"], answer=given["answer"], browser=_browser(request))
    )
    try:
        _session, token = accounts.identify(
            election,
            licence_no=given["licence_no"],
            national_id=given["national_id"],
            address=voter_address(request),
            proof=proof,
            now=now,
        )
    except Refused as refused:
        if refused.code == "wrong_picture":
            form.add_error("answer", refused.message)
            return _login_page(request, election, form, now=now, status=refused.status)
        return _login_page(request, election, form, refused=refused, now=now, status=refused.status)
    response = redirect("code", election.slug)
    give_session(response, token)
    return response


def _login_page(
    request: HttpRequest, election: Election, form: LoginForm, *, now: datetime, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "refused": refused, "challenge": captcha.new_challenge(now=now, browser=_browser(request))}
    return page(request, "login", election, context, now=now, status=status)


def _browser(request: HttpRequest) -> str:
    """What ties a picture to the browser that was shown it: the secret of its CSRF cookie, which is made here if there is none."""
    get_token(request)
    return str(request.META["CSRF_COOKIE"])


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@personal
@election_page
def code(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The one-time code. Right, it leads into the booth; for one who has voted, to the receipt."""
    session = sessions.current(election, session_token(request), now=now)
    if request.method != "POST":
        return _after(session) or _code_page(request, session, now=now)
    try:
        codes.check(session, request.POST.get("code", ""), now=now)
    except Refused as refused:
        match refused.code:
            case "already_voted" | "already_cast":
                return redirect("receipt", election.slug)
            case "wrong_code" | "code_expired" | "code_used_up":
                session = sessions.current(election, session_token(request), now=now)
                return _code_page(request, session, now=now, error=refused.message, status=422)
            case "superseded" | "expired" | "left":
                return redirect("booth", election.slug)
            case _:
                raise
    return redirect("booth", election.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@personal
@election_page
def code_resend(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Another code, once the clock has run out. Its answer stands at this address; who opens that finds the page for the code."""
    if request.method != "POST":
        return redirect("code", election.slug)
    session = sessions.current(election, session_token(request), now=now)
    if (elsewhere := _after(session)) is not None:
        return elsewhere
    try:
        session = codes.resend(session, now=now)
    except Refused as refused:
        if refused.code in {"too_early", "throttled"}:
            return _code_page(request, session, now=now, error=refused.message, status=refused.status)
        raise
    return _code_page(request, session, now=now, resent=True)


@require_POST
@personal
@election_page
def leave(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """«خروج» outside the booth: an unfinished vote is dropped, and this browser forgets its session."""
    try:
        sessions.leave(election, session_token(request), now=now)
    except Refused as refused:
        # Nobody was here, or the vote is cast and stays cast.
        if refused.code not in {"no_session", "already_cast"}:
            raise
    response = redirect("landing", election.slug)
    take_session(response)
    return response


def _after(session: VotingSession) -> HttpResponse | None:
    """Where one belongs who is past the code page."""
    if session.state in LIVE:
        return redirect("booth", session.election.slug)
    if session.state == "cast":
        return redirect("receipt", session.election.slug)
    if session.state != "identified":
        return redirect("booth", session.election.slug)
    return None


def _code_page(
    request: HttpRequest, session: VotingSession, *, now: datetime, error: str = "", resent: bool = False, status: int = 200
) -> HttpResponse:
    whole = session.election.otp_seconds
    until = (session.otp_sent_at or session.created_at) + timedelta(seconds=whole)
    left = max(0, min(whole, round((until - now).total_seconds())))
    context = {
        "voter": session.voter,
        "otp_digits": session.election.otp_digits,
        "until_ms": milliseconds(until),
        "clock": f"{left // 60:02d}:{left % 60:02d}",
        "clock_over": left == 0,
        "ring": left * RING // whole,
        "error": error,
        "resent": resent,
    }
    return page(request, "code", session.election, context, now=now, status=status)


# ---- pictures, sounds and works. None of them names an election or a person.


@require_safe
def captcha_new(request: HttpRequest) -> HttpResponse:
    """Another picture for a page that is already open."""
    challenge = captcha.new_challenge(now=clock.now(), browser=_browser(request))
    addresses = {"image": reverse("captcha-image", args=[challenge]), "sound": reverse("captcha-sound", args=[challenge])}
    return _unkept(JsonResponse({"id": challenge} | addresses))


@require_safe
def captcha_image(request: HttpRequest, challenge: str) -> HttpResponse:
    try:
        return _unkept(HttpResponse(captcha.image(challenge, now=clock.now()), content_type="image/png"))
    except Refused as refused:
        return _unkept(HttpResponse(refused.message, status=refused.status, content_type="text/plain; charset=utf-8"))


@require_safe
def captcha_sound(request: HttpRequest, challenge: str) -> HttpResponse:
    try:
        return _unkept(HttpResponse(captcha.sound(challenge, now=clock.now()), content_type="audio/wav"))
    except Refused as refused:
        return _unkept(HttpResponse(refused.message, status=refused.status, content_type="text/plain; charset=utf-8"))


@require_safe
def captcha_work(request: HttpRequest) -> HttpResponse:
    """Work for the device to do instead of the picture."""
    return _unkept(JsonResponse(captcha.new_work(now=clock.now())))


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
