"""Reads many rows with large contents without holding them all: there are no server-side cursors behind a pooler."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

BLOCK = 200


def in_blocks(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """The rows in their order, a block at a time; only their ids are read at once."""
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), BLOCK):
        wanted = ids[start : start + BLOCK]
        found = rows.in_bulk(wanted)
        yield [found[pk] for pk in wanted if pk in found]
