from django.apps import AppConfig


class FormsTemplatesConfig(AppConfig):
    name = "forms_templates"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "表样与文书"
