"""Settings of the server, all from the environment. Development is the default, for trying it; production is asked for and strict."""

import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent
PRODUCTION = os.environ.get("SANDOGH_ENV", "development") == "production"
DATA = Path(os.environ.get("SANDOGH_DATA", "var")).resolve()
DEBUG = False


def required(name: str, development: str) -> str:
    """The variable's value; its development stand-in only outside production."""
    value = os.environ.get(name)
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production")
    return development


def development_secret(name: str) -> str:
    """A secret kept in the data folder, so that restarting a trial keeps its sessions. Never used in production."""
    DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = DATA / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = required("SANDOGH_SECRET_KEY", "") or development_secret("secret-key")
BASE_URL = required("SANDOGH_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = required("SANDOGH_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

# ---- messages
SMS_PROVIDER = required("SANDOGH_SMS_PROVIDER", "simulated")
SMS_SIMULATED_URL = os.environ.get("SANDOGH_SMS_SIMULATED_URL", "http://127.0.0.1:8001")
SMS_HTTP_CONFIG = os.environ.get("SANDOGH_SMS_HTTP_CONFIG", "")
SMS_WEBHOOK_SECRET = required("SANDOGH_SMS_WEBHOOK_SECRET", "") or development_secret("webhook-secret")

# How many proxies of ours stand in front and add X-Forwarded-For; 0 means that the socket's address is the voter's.
TRUSTED_PROXIES = int(os.environ.get("SANDOGH_TRUSTED_PROXIES", "0"))

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "sandogh.server.common",
    "sandogh.server.elections",
    "sandogh.server.messaging",
    "sandogh.server.rolls",
    "sandogh.server.accounts",
    "sandogh.server.board",
    "sandogh.server.ballotbox",
    "sandogh.server.tallies",
    "sandogh.server.portal",
    "sandogh.server.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "sandogh.server.portal.language.ChosenLanguage",
    "sandogh.server.portal.views.errors.OtherMethodSays",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sandogh.server.urls"
WSGI_APPLICATION = "sandogh.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.template.context_processors.i18n"]},
    }
]

# ---- storage. A vote is confirmed only when it is durable, so SQLite syncs fully and writers queue from the start of a transaction.
DATABASES = {"default": dj_database_url.parse(required("SANDOGH_DATABASE_URL", f"sqlite:///{DATA / 'sandogh.sqlite3'}"), conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024

# ---- language and time: the source strings are Persian; English is the second language
LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", "فارسی"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"

# ---- static files: ours alone, no outside request
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("SANDOGH_STATIC", DATA / "static"))
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty: the finders serve; but whitenoise warns where there is none
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# ---- voting
# Sealed ballots that a voter may open in one session to see what they hold, before one is cast.
CHALLENGES_PER_SESSION = int(os.environ.get("SANDOGH_CHALLENGES_PER_SESSION", "5"))

# ---- browser-side safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "sandogh.server.portal.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = PRODUCTION
# A browser takes a cookie of such a name only over https and from this very host: nobody on a neighbouring host can slip one in.
_HOST = "__Host-" if PRODUCTION else ""
CSRF_COOKIE_NAME = f"{_HOST}csrftoken"
VOTER_COOKIE_NAME = f"{_HOST}sandogh_session"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "sandogh.server.common.logs.WithoutWords", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # A request's address names the election only; still, nothing about single requests is kept here, nor can strangers fill the disk by
    # what Django calls suspicious: a wrong host, a missing CSRF cookie, too many fields.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}, "httpx": {"level": "WARNING"}},
}
