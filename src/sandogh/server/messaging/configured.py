"""The provider that the settings name: opened once per process, refused where it would be dangerous."""

import logging
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sandogh.sms import BadConfiguration, Provider, open_provider

log = logging.getLogger(__name__)

SIMULATED = "simulated"


def refuse_simulation(*, provider: str, production: bool) -> None:
    """Raise ImproperlyConfigured for a simulated provider in production: voters would wait for texts that no network carries."""
    if production and provider == SIMULATED:
        raise ImproperlyConfigured(
            "SANDOGH_SMS_PROVIDER is «simulated» and SANDOGH_ENV is «production»: no text would reach anybody. "
            "Set SANDOGH_SMS_PROVIDER=http and SANDOGH_SMS_HTTP_CONFIG to the gateway's file."
        )


@cache
def provider() -> Provider:
    """The settings' provider. Raises ImproperlyConfigured for a gateway file that cannot be used. A simulated one says so, loudly."""
    refuse_simulation(provider=settings.SMS_PROVIDER, production=settings.PRODUCTION)
    try:
        opened = open_provider(settings.SMS_PROVIDER, simulated_url=settings.SMS_SIMULATED_URL, http_config=settings.SMS_HTTP_CONFIG)
    except BadConfiguration as error:
        raise ImproperlyConfigured(f"SMS: {error}") from error
    if opened.simulated:
        log.warning("★★★ SIMULATED SMS: no text reaches a real phone; all of them go to %s ★★★", settings.SMS_SIMULATED_URL)
    return opened
