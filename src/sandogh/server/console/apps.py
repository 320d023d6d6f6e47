from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "sandogh.server.console"
    default_auto_field = "django.db.models.BigAutoField"
