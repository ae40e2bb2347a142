"""What a restricted key must be allowed to do, and a real call that shows whether it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.conf import settings

from .secret_store import SCOPE
from .stripe_access import StripeAccess, StripeAccessDenied, StripeNotFound, StripeRefused
from .token_keeper import STRIPE


@dataclass(frozen=True, slots=True)
class Permission:
    """One resource of Stripe's key page; why we need it stands in stripe_wording.py under the same name."""

    name: str  # as Stripe calls it, in keys and in its refusals
    path: str  # a list that needs it
    required: bool = True
    asking: Mapping[str, Any] = field(default_factory=lambda: {"limit": 1})


PERMISSIONS = (
    Permission("rak_invoice_read", "/v1/invoices"),
    Permission("rak_credit_note_read", "/v1/credit_notes"),
    Permission("rak_tax_rate_read", "/v1/tax_rates"),
    Permission("rak_customer_read", "/v1/customers"),
    Permission("rak_event_read", "/v1/events"),
    # Without it the person makes the endpoint by hand.
    Permission("rak_webhook_write", "/v1/webhook_endpoints", required=False),
    Permission("rak_connected_account_read", "/v1/account", required=False, asking={}),
    Permission("rak_product_read", "/v1/products", required=False),
    Permission("rak_payment_intent_read", "/v1/payment_intents", required=False),
)
# Where an installation keeps KSeF tokens in the company's own Stripe account. A company with a certificate needs none.
SECRETS = Permission("rak_secret_write", "/v1/apps/secrets", required=False, asking={"limit": 1, "scope": SCOPE})


def wanted_permissions() -> tuple[Permission, ...]:
    """What a key needs at this installation."""
    return (*PERMISSIONS, SECRETS) if settings.KSEF_TOKEN_KEEPER == STRIPE else PERMISSIONS


def missing_permissions(access: StripeAccess) -> list[Permission]:
    """Try each one. Raises StripeAccessDenied for a key Stripe does not know, StripeUnavailable when it is away."""
    missing = []
    for permission in wanted_permissions():
        try:
            access.get(permission.path, **permission.asking)
        except StripeAccessDenied as denial:
            if denial.key_is_bad:
                raise
            missing.append(permission)
        except (StripeNotFound, StripeRefused):
            # Stripe refuses a missing permission in so many words; this says nothing about the key.
            continue
    return missing


def creation_link() -> str:
    """Stripe's page for making a key, filled in as far as it can be; undocumented, so the list stands beside it."""
    chosen = "&".join(
        f"permissions[{number}]={permission.name}" for number, permission in enumerate(wanted_permissions())
    )
    return f"https://dashboard.stripe.com/apikeys/create?name={quote('KSeF Kit')}&{chosen}"
