"""Who may do what in a tenant: one table, read by pages, API and tests."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OWNER = "owner", _("Owner")
    ACCOUNTANT = "accountant", _("Accountant")
    VIEWER = "viewer", _("Viewer")


class May(StrEnum):
    """A thing a person may do in a tenant."""

    READ = "read"
    DECIDE = "decide"  # release, retry, override, abandon
    CONFIGURE = "configure"  # profile, settings
    CONNECT = "connect"  # Stripe and KSeF secrets, environment switch
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    CLOSE_ACCOUNT = "close_account"


PERMISSIONS: dict[Role, frozenset[May]] = {
    Role.OWNER: frozenset(May),
    Role.ACCOUNTANT: frozenset({May.READ, May.DECIDE, May.CONFIGURE, May.READ_AUDIT}),
    Role.VIEWER: frozenset({May.READ}),
}


def may(role: str, what: May) -> bool:
    return what in PERMISSIONS[Role(role)]
