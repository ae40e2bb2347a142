from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "apps.filings"
    default_auto_field = "django.db.models.BigAutoField"
