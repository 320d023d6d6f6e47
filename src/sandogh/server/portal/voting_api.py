"""The booth's five calls: seal, status, audit, cast, leave. JSON in, JSON out; every refusal is `{"error": {"code", "message"}}`.

Nothing here writes who asked, from where, or for which ballot into a log.
"""

import logging
from collections.abc import Callable, Mapping
from functools import wraps

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.canonical import loads
from sandogh.protocol.errors import SandoghError
from sandogh.server.accounts.domain import challenges, permits, sessions
from sandogh.server.accounts.domain.machine import LIVE, SessionState, refusal
from sandogh.server.accounts.models import VotingSession
from sandogh.server.ballotbox import domain as ballotbox
from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.portal.page import milliseconds, session_token

log = logging.getLogger(__name__)

SMALL_BODY = 2_000
CAST_BODY = 400_000
"""Bytes. A ballot of 300 kB and the backslashes that JSON puts before its quotation marks."""

View = Callable[[HttpRequest, str], JsonResponse]


def api(method: str) -> Callable[[View], View]:
    """Only this method; refusals become answers; nothing is kept by caches."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, slug: str) -> JsonResponse:
            try:
                response = view(request, slug) if request.method == method else _other_method(method)
            except Refused as refused:
                response = _error(refused)
            response["Cache-Control"] = "no-store"
            return response

        return answer

    return wrap


@api("POST")
def seal(request: HttpRequest, slug: str) -> JsonResponse:
    """The booth has a sealed ballot: remember its hash, answer the vote code that confirms it."""
    fields = _body(request, ("ballot_hash", "credential"), largest=SMALL_BODY)
    now = clock.now()
    session = sessions.seal(Election.by_slug(slug), session_token(request), fields["ballot_hash"], fields["credential"], now=now)
    return JsonResponse(
        {"vote_code": session.vote_code, "state": session.state, "now": milliseconds(now), "expires_at": milliseconds(session.expires_at)}
    )


@api("GET")
def status(request: HttpRequest, slug: str) -> JsonResponse:
    """Where the session stands; the booth asks every two or three seconds while it waits for the text message."""
    election, now = Election.by_slug(slug), clock.now()
    session = sessions.current(election, session_token(request), now=now)
    if session.state == SessionState.IDENTIFIED:
        raise refusal(SessionState.IDENTIFIED)
    return JsonResponse(
        {
            "state": session.state,
            "vote_code": session.vote_code or None,
            "now": milliseconds(now),
            "expires_at": milliseconds(session.expires_at),
            "election_ends_at": milliseconds(election.closes_at),
            "last_cast_at": milliseconds(election.last_cast_at),
        }
    )


@api("POST")
def audit(request: HttpRequest, slug: str) -> JsonResponse:
    """The voter challenges the sealed ballot instead of casting it. The answer says that it can never be cast; only then is it opened.

    `audited` is how many ballots this session has challenged, `most` how many it may.
    """
    ballot_hash = _body(request, ("ballot_hash",), largest=SMALL_BODY)["ballot_hash"]
    session = challenges.challenge(Election.by_slug(slug), session_token(request), ballot_hash, now=clock.now())
    return JsonResponse({"audited": session.challenges, "most": settings.CHALLENGES_PER_SESSION, "state": session.state})


@api("POST")
def cast(request: HttpRequest, slug: str) -> JsonResponse:
    """Record the signed ballot. The answer is the promise, so it is the last thing that happens.

    1. the same bytes as the recorded ballot: the same answer, however often they come
    2. this session is confirmed for this very ballot, else nothing is computed for it
    3. every proof is checked, without a lock
    4. one transaction: the permit is redeemed, the ballot goes onto the board, the session is cast
    5. only after the commit does anyone hear of it
    """
    data = _body(request, ("ballot",), largest=CAST_BODY)["ballot"].encode()
    election, token, now = Election.by_slug(slug), session_token(request), clock.now()
    if len(data) > ballotbox.LARGEST_BALLOT:
        raise _too_large()

    # (1)
    session = sessions.current(election, token, now=now)
    if session.state == SessionState.CAST:
        return _recorded(_same(session, data), slug)

    # (2) Cheap, and so before the proofs: whoever has no confirmed session cannot make the server work.
    if session.state != SessionState.CONFIRMED:
        raise _unconfirmed(session, data)
    if (named := ballotbox.named_hash(data)) != session.ballot_hash:
        sessions.refuse_challenged(election, named)
        raise Refused("hash_mismatch", _("این رأی همان رأیی نیست که با پیامک تأیید کردید. به پیش‌نمایش برگردید و کد تازه را بفرستید."))

    # (3)
    try:
        ballot = ballotbox.check(election, data)
    except Refused as refused:
        log.warning("a confirmed ballot of election %s is refused: %s", slug, refused.__cause__ or refused.code)
        raise

    # (4) A second copy of this request waits for the session's row and then finds it cast.
    try:
        with transaction.atomic():
            now = clock.now()
            session, permit = permits.redeem(election, token, ballot.hash, now=now)
            record = ballotbox.cast(permit, ballot, data, now=now)
            permits.mark_cast(session, tracker=record.tracker, event_hash=record.event_hash, now=now)
    except Refused as refused:
        if refused.code != "already_cast":
            raise
        session = _same(sessions.current(election, token, now=clock.now()), data)

    # (5)
    return _recorded(session, slug)


@api("POST")
def leave(request: HttpRequest, slug: str) -> JsonResponse:
    """The voter goes without voting; nothing of the unfinished vote remains."""
    _body(request, (), largest=SMALL_BODY)
    session = sessions.leave(Election.by_slug(slug), session_token(request), now=clock.now())
    return JsonResponse({"state": session.state})


def _error(refused: Refused) -> JsonResponse:
    return JsonResponse({"error": {"code": refused.code, "message": refused.message}}, status=refused.status)


def _other_method(allowed: str) -> JsonResponse:
    response = _error(Refused("method", _("این نشانی چنین درخواستی نمی‌پذیرد. صفحه را تازه کنید."), status=405))
    response["Allow"] = allowed
    return response


def _body(request: HttpRequest, names: tuple[str, ...], *, largest: int) -> Mapping[str, str]:
    """Exactly these fields, each a string, from a JSON body of at most `largest` bytes. Raises Refused `too_large` or `malformed`."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError as error:
        raise _malformed() from error
    if length > largest:
        raise _too_large()
    if request.content_type != "application/json":
        raise _malformed()
    try:
        fields = loads(request.body)
    except SandoghError as error:
        raise _malformed() from error
    if not isinstance(fields, dict) or set(fields) != set(names) or not all(isinstance(value, str) for value in fields.values()):
        raise _malformed()
    return fields


def _unconfirmed(session: VotingSession, data: bytes) -> Refused:
    """Why a ballot is not for this session to cast: it was challenged, or what the session's state says."""
    if session.state in LIVE:
        try:
            sessions.refuse_challenged(session.election, ballotbox.named_hash(data))
        except Refused as refused:
            if refused.code == "audited":
                return refused
    return refusal(SessionState(session.state))


def _same(session: VotingSession, data: bytes) -> VotingSession:
    """The session, if what it cast are these very bytes."""
    if session.tracker != tracker_of(data):
        raise refusal(SessionState.CAST)
    return session


def _recorded(session: VotingSession, slug: str) -> JsonResponse:
    return JsonResponse({"tracker": session.tracker, "event": session.event_hash, "receipt_url": reverse("receipt", args=[slug])})


def _malformed() -> Refused:
    return Refused("malformed", _("این درخواست خوانده نشد. صفحه را تازه کنید و دوباره بکوشید."), status=400)


def _too_large() -> Refused:
    return Refused("too_large", _("برگهٔ رأی بزرگ‌تر از اندازهٔ مجاز است. صفحه را تازه کنید و دوباره رأی دهید."), status=413)


urlpatterns = [
    path("e/<slug:slug>/vote/seal/", seal, name="vote-seal"),
    path("e/<slug:slug>/vote/status/", status, name="vote-status"),
    path("e/<slug:slug>/vote/audit/", audit, name="vote-audit"),
    path("e/<slug:slug>/vote/cast/", cast, name="vote-cast"),
    path("e/<slug:slug>/vote/leave/", leave, name="vote-leave"),
]
