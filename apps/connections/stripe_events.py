"""The Stripe events we ask for, and the kind of object each one is about."""

# Never `invoice.created`: Stripe delays the tenant's own charges until every listener has answered it.
EVENTS: dict[str, str] = {
    "invoice.finalized": "invoice",
    "invoice.paid": "invoice",
    "invoice.voided": "invoice",
    "invoice.marked_uncollectible": "invoice",
    "credit_note.created": "credit_note",
    "credit_note.updated": "credit_note",
    "credit_note.voided": "credit_note",
    "customer.tax_id.updated": "tax_id",
    "tax_rate.updated": "tax_rate",
}

# Sent by itself when an app or a platform loses the account; cannot be asked for on a tenant's own endpoint.
DEAUTHORIZED = "account.application.deauthorized"
