"""Settings of the simulated network: its own project, its own small database, this machine only. It does not exist in production."""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent
if os.environ.get("SANDOGH_ENV") == "production":
    raise ImproperlyConfigured("the simulated mobile network is for development: it does not start where SANDOGH_ENV is «production»")

DATA = Path(os.environ.get("SANDOGH_PHONE_DATA") or Path(os.environ.get("SANDOGH_DATA", "var")) / "phone").resolve()
DEBUG = False
# Nothing is kept between two starts that would need it; one process serves all.
SECRET_KEY = os.environ.get("SANDOGH_PHONE_KEY") or secrets.token_urlsafe(48)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# Where texts to the short number, and reports about texts to phones, are pushed; empty: nowhere, they can still be fetched.
WEBHOOK = os.environ.get("SANDOGH_PHONE_WEBHOOK", "")
DELIVERY = os.environ.get("SANDOGH_PHONE_DELIVERY", "")
LINE = os.environ.get("SANDOGH_PHONE_LINE", "100000000")

INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "sandogh.server.common", "sandogh.phone"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sandogh.phone.urls"
WSGI_APPLICATION = "sandogh.phone.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "phone.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fa"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"

STATIC_URL = "static/"
# The product's own stylesheet and font, read where they lie.
STATICFILES_DIRS = [("look", PACKAGE.parent / "server" / "portal" / "static" / "portal")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Not «no-referrer»: browsers then send no origin with a form, and the check of forms needs it.
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_NAME = "phone_csrftoken"  # beside the server's on the same host
CSRF_COOKIE_SAMESITE = "Strict"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
