from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "sandogh.server.messaging"
    default_auto_field = "django.db.models.BigAutoField"
