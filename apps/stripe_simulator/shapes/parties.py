from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.parties import Account, Address, Customer, Delivery, TaxId


def address_shape(address: Address | None) -> Json | None:
    if address is None:
        return None
    return {
        "city": address.city,
        "country": address.country,
        "line1": address.line1,
        "line2": address.line2,
        "postal_code": address.postal_code,
        "state": address.state,
    }


def delivery_shape(delivery: Delivery | None) -> Json | None:
    if delivery is None:
        return None
    return {"address": address_shape(delivery.address), "name": delivery.name, "phone": delivery.phone}


def account_shape(_change: Change, account: Account) -> Json:
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {"mcc": None, "name": account.name, "support_email": account.email, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "blik_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": account.country,
        "created": account.created,
        "default_currency": account.default_currency,
        "details_submitted": True,
        "email": account.email,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": account.name, "timezone": "Europe/Warsaw"}},
        "type": "standard",
    }


def customer_shape(change: Change, customer: Customer) -> Json:
    if customer.deleted:
        return {"id": customer.id, "object": "customer", "deleted": True}
    return {
        "id": customer.id,
        "object": "customer",
        "address": address_shape(customer.address),
        "balance": customer.balance,
        "created": customer.created,
        "currency": customer.currency,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": customer.description,
        "discount": None,
        "email": customer.email,
        "invoice_prefix": customer.id[4:12].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": change.account.livemode,
        "metadata": customer.metadata,
        "name": customer.name,
        "phone": customer.phone,
        "preferred_locales": list(customer.preferred_locales),
        "shipping": delivery_shape(customer.shipping),
        "tax_exempt": customer.tax_exempt,
        "test_clock": None,
    }


def tax_id_shape(change: Change, tax_id: TaxId) -> Json:
    verification = tax_id.verification_status and {
        "status": tax_id.verification_status,
        "verified_address": tax_id.verified_address,
        "verified_name": tax_id.verified_name,
    }
    owner = {"customer": tax_id.customer, "customer_account": None, "type": "customer" if tax_id.customer else "self"}
    return {
        "id": tax_id.id,
        "object": "tax_id",
        "country": tax_id.country,
        "created": tax_id.created,
        "customer": tax_id.customer,
        "customer_account": None,
        "livemode": change.account.livemode,
        "owner": owner,
        "type": tax_id.type,
        "value": tax_id.value,
        "verification": verification,
    }
