from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "signatures"
    verbose_name = "签字与用印"
    default_auto_field = "django.db.models.BigAutoField"
