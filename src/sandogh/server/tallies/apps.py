from django.apps import AppConfig


class TalliesConfig(AppConfig):
    name = "sandogh.server.tallies"
    default_auto_field = "django.db.models.BigAutoField"
