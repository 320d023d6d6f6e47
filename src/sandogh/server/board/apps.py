from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "sandogh.server.board"
    default_auto_field = "django.db.models.BigAutoField"
