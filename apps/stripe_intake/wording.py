"""Sentences for what the intake lays before a person."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.filings.wording import Words

_SHOWN = 5

_WORDS: dict[str, Words] = {
    "stripe_object_missing": Words(
        _(
            "Stripe told us about %(stripe_id)s and then did not know it: "
            "it was deleted, or belongs to another account."
        ),
        _("Look for it in Stripe. If it is an invoice that counts, connect the account it belongs to."),
    ),
    "number_gap": Words(
        _("Numbers are missing in the row %(prefix)s… (%(missing)s): %(first)s. They may be invoices we never saw."),
        _(
            "Look for them in Stripe. If they exist there, tell us; "
            "if the numbers were never used, mark this as settled."
        ),
    ),
    "stripe_silent": Words(
        _("Stripe has new documents but has sent no event for two days. They were found by the nightly comparison."),
        _("Look at the webhook endpoint in Stripe: it may be switched off, or our address cannot be reached."),
    ),
    "stripe_endpoint_gone": Words(
        _("Our webhook endpoint was deleted in Stripe. Documents are still found, up to a quarter of an hour later."),
        _("Enter the key again in the connections; that makes a new endpoint."),
    ),
}


def knows(code: str) -> bool:
    return code in _WORDS


def words_for(code: str, facts: Mapping[str, Any]) -> Words:
    """What happened and what to do, with the facts filled in."""
    numbers = facts.get("numbers")
    values = dict(facts) | {"first": ", ".join(map(str, numbers[:_SHOWN])) if isinstance(numbers, list) else ""}
    words = _WORDS[code]
    return Words(str(words.text) % values, str(words.step))
