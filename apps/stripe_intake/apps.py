from django.apps import AppConfig


class StripeIntakeConfig(AppConfig):
    name = "apps.stripe_intake"
    default_auto_field = "django.db.models.BigAutoField"
