from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sandogh.server.portal"
    default_auto_field = "django.db.models.BigAutoField"
