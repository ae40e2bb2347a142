from django.apps import AppConfig
from django.db.backends.signals import connection_created


class TenantsConfig(AppConfig):
    name = "apps.tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, sign_ins  # noqa: F401 the checks register themselves
        from .guard import refuse_dangerous_role

        sign_ins.listen()
        connection_created.connect(refuse_dangerous_role, dispatch_uid="ksefkit.refuse_dangerous_role")
