from django.apps import AppConfig


class RollsConfig(AppConfig):
    name = "sandogh.server.rolls"
    default_auto_field = "django.db.models.BigAutoField"
