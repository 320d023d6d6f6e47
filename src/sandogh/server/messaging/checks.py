"""System checks of messaging: `manage check`, and every start of the server."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from sandogh.server.messaging import configured

SHORTEST_SECRET = 24


def check_provider(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """E001: simulated in production. E002: the provider cannot be opened. E003: a webhook path that can be guessed. W001: simulated."""
    try:
        configured.refuse_simulation(provider=settings.SMS_PROVIDER, production=settings.PRODUCTION)
    except ImproperlyConfigured as refused:
        return [Error(str(refused), id="messaging.E001")]
    found: list[CheckMessage] = []
    if len(settings.SMS_WEBHOOK_SECRET) < SHORTEST_SECRET:
        found.append(Error(f"SANDOGH_SMS_WEBHOOK_SECRET has fewer than {SHORTEST_SECRET} characters.", id="messaging.E003"))
    try:
        simulated = configured.provider().simulated
    except ImproperlyConfigured as refused:
        return [*found, Error(str(refused), id="messaging.E002")]
    if simulated:
        found.append(Warning("SIMULATED SMS: no text reaches a real phone. Development only.", id="messaging.W001"))
    return found
