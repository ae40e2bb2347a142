"""What Stripe said, for a person who must decide about a document that is not mapped: nothing is concluded from it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.documents.models import SourceDocument


@dataclass(frozen=True, slots=True)
class StripeLine:
    """A line as Stripe has it; amounts in minor units, None where Stripe says none."""

    id: str
    text: str
    quantity: str
    amount: int | None
    tax: int | None


@dataclass(frozen=True, slots=True)
class StripeView:
    """The document as Stripe has it."""

    buyer: str
    address: str
    tax_ids: tuple[str, ...]
    lines: tuple[StripeLine, ...]
    currency: str
    net: int | None
    total: int | None
    memo: str


def stripe_view(document: SourceDocument) -> StripeView:
    """Reads what is there; a field of another shape than expected is left out."""
    payload = _mapping(json.loads(bytes(document.payload)))
    return StripeView(
        buyer=_text(payload.get("customer_name")) or document.buyer_name,
        address=_address(_mapping(payload.get("customer_address"))),
        tax_ids=tuple(_tax_ids(payload.get("customer_tax_ids"))),
        lines=lines_of(document, payload),
        currency=document.currency,
        net=_minor(payload.get("total_excluding_tax")),
        total=_minor(payload.get("total")),
        memo=_text(payload.get("memo") or payload.get("description")),
    )


def lines_of(document: SourceDocument, payload: Mapping[str, Any] | None = None) -> tuple[StripeLine, ...]:
    """The lines of an invoice or credit note."""
    content = _mapping(json.loads(bytes(document.payload))) if payload is None else payload
    return tuple(_line(line) for line in _objects(_mapping(content.get("lines")).get("data")))


def _line(line: Mapping[str, Any]) -> StripeLine:
    # Until acacia "tax_amounts", since basil "taxes".
    taxes = [_minor(tax.get("amount")) for tax in _objects(line.get("taxes") or line.get("tax_amounts"))]
    return StripeLine(
        id=_text(line.get("id")),
        text=_text(line.get("description")),
        quantity=_text(line.get("quantity_decimal") or line.get("quantity")),
        amount=_minor(line.get("amount")),
        tax=sum(tax for tax in taxes if tax is not None) if taxes else None,
    )


def _tax_ids(value: Any) -> Iterator[str]:
    for identifier in _objects(value):
        yield f"{_text(identifier.get('value'))} ({_text(identifier.get('type'))})"


def _address(address: Mapping[str, Any]) -> str:
    town = " ".join(filter(None, [_text(address.get("postal_code")), _text(address.get("city"))]))
    lines = [_text(address.get("line1")), _text(address.get("line2")), town, _text(address.get("country"))]
    return ", ".join(filter(None, lines))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _minor(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
