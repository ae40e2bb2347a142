from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "apps.connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import made_up, stripe_checks  # noqa: F401 the checks register themselves
