from django.apps import AppConfig


class BallotboxConfig(AppConfig):
    name = "sandogh.server.ballotbox"
    default_auto_field = "django.db.models.BigAutoField"
