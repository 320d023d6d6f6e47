from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register


class MessagingConfig(AppConfig):
    name = "sandogh.server.messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sandogh.server.messaging import checks, configured

        # Refused at start, whether or not anybody runs the checks.
        configured.refuse_simulation(provider=settings.SMS_PROVIDER, production=settings.PRODUCTION)
        register(checks.check_provider)
