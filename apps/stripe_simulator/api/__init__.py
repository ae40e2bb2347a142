"""Stripe's HTTP manners: keys, versions, forms, errors, idempotency, lists, expansion."""
