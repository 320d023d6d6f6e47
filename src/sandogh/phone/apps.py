from django.apps import AppConfig


class PhoneConfig(AppConfig):
    name = "sandogh.phone"
    default_auto_field = "django.db.models.BigAutoField"
