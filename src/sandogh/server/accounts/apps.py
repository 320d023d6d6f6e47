from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sandogh.server.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sandogh.server.accounts.domain.permits import confirm_by_text
        from sandogh.server.messaging.domain import inbound_received

        inbound_received(confirm_by_text)
