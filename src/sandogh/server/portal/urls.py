"""Addresses of the voter's and the public's pages."""

from django.urls import URLPattern, path

from sandogh.server.portal import language, voting_api
from sandogh.server.portal.views import ballot_record, board, booth, login, public, receipt, result

urlpatterns: list[URLPattern] = [
    path("", public.home, name="home"),
    path("language/", language.choose, name="language"),
    path("e/<slug:slug>/", public.landing, name="landing"),
    path("e/<slug:slug>/photo/<str:sha256>.jpg", public.photo, name="photo"),
    path("e/<slug:slug>/login/", login.login, name="login"),
    path("e/<slug:slug>/code/", login.code, name="code"),
    path("e/<slug:slug>/code/again/", login.code_resend, name="code-resend"),
    path("e/<slug:slug>/leave/", login.leave, name="leave"),
    path("e/<slug:slug>/vote/", booth.booth, name="booth"),
    path("e/<slug:slug>/receipt/", receipt.receipt, name="receipt"),
    path("e/<slug:slug>/receipt/file/", receipt.receipt_file, name="receipt-file"),
    path("e/<slug:slug>/board/", board.events, name="board"),
    path("e/<slug:slug>/board/<str:event_hash>/", board.event, name="event"),
    path("e/<slug:slug>/tracker/", board.tracker, name="tracker"),
    path("e/<slug:slug>/tracker/record.json", ballot_record.ballot_record, name="ballot-record"),
    path("e/<slug:slug>/open/", board.opening, name="open"),
    path("e/<slug:slug>/fingerprints/", board.fingerprints, name="fingerprints"),
    path("e/<slug:slug>/definition.json", board.definition, name="definition"),
    path("e/<slug:slug>/election.json", board.election_file, name="election-file"),
    path("e/<slug:slug>/archive.bel", board.archive, name="archive"),
    path("e/<slug:slug>/result/", result.result, name="result"),
    path("captcha/new/", login.captcha_new, name="captcha-new"),
    path("captcha/proof-of-work/", login.captcha_work, name="captcha-work"),
    path("captcha/<str:challenge>.png", login.captcha_image, name="captcha-image"),
    path("captcha/<str:challenge>.wav", login.captcha_sound, name="captcha-sound"),
    *voting_api.urlpatterns,
]
