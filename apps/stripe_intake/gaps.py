"""missing_numbers(): holes in a row of invoice numbers, which would be documents we never saw (stripe.md 2.7)."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from apps.connections.models import StripeConnection
from apps.documents.models import SourceDocument

_NUMBER = re.compile(r"(.*\D)(\d{1,10})", re.ASCII | re.DOTALL)
# Numbers of each customer's own have many prefixes with few invoices; a hole there says nothing.
FEWEST_TO_JUDGE = 10
MOST_NAMED = 20


def missing_numbers(connection: StripeConnection) -> list[dict[str, Any]]:
    """Each prefix with holes between its smallest and largest number seen. Inside acting_in."""
    seen = SourceDocument.objects.filter(
        tenant_id=connection.tenant_id, connection=connection, kind=SourceDocument.Kind.INVOICE
    )
    return find_gaps(seen.exclude(number="").values_list("number", flat=True).distinct().iterator(chunk_size=10_000))


def find_gaps(numbers: Iterable[str]) -> list[dict[str, Any]]:
    """Holes by prefix: how many, and the first few by name."""
    sequences: dict[str, dict[int, int]] = defaultdict(dict)
    for number in numbers:
        if parts := _NUMBER.fullmatch(number):
            sequences[parts[1]][int(parts[2])] = len(parts[2])
    return [gap for prefix, sequence in sorted(sequences.items()) if (gap := _gap(prefix, sequence))]


def _gap(prefix: str, sequence: dict[int, int]) -> dict[str, Any] | None:
    first, last = min(sequence), max(sequence)
    count = last - first + 1 - len(sequence)
    if not count or len(sequence) < FEWEST_TO_JUDGE:
        return None
    width = sequence[first]
    named: list[str] = []
    for place in range(first, last):
        if place not in sequence:
            named.append(f"{prefix}{place:0{width}d}")
        if len(named) == min(count, MOST_NAMED):
            break
    return {"prefix": prefix, "missing": count, "numbers": named}
