"""Addresses of the server: each app that answers requests brings its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("sms/", include("sandogh.server.messaging.urls")),
    path("", include("sandogh.server.portal.urls")),
]

handler400 = "sandogh.server.portal.views.errors.bad_request"
