"""The API's endpoints: each module reads parameters, calls an operation and answers with a record."""

from . import (
    accounts,
    app_secrets,
    catalogue,
    credit_notes,
    customers,
    events,
    invoice_items,
    invoices,
    payments,
    tax_ids,
    tax_rates,
    webhook_endpoints,
)

ROUTES = (
    *accounts.ROUTES,
    *app_secrets.ROUTES,
    *catalogue.ROUTES,
    *credit_notes.ROUTES,
    *customers.ROUTES,
    *events.ROUTES,
    *invoice_items.ROUTES,
    *invoices.ROUTES,
    *payments.ROUTES,
    *tax_ids.ROUTES,
    *tax_rates.ROUTES,
    *webhook_endpoints.ROUTES,
)
