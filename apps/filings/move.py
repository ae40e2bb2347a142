"""The only writer of Filing.state: one document at a time, or a block of them in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from apps.audit.record import SYSTEM, Happening, lock_chain, record_all

from .models import Filing
from .states import ALLOWED, State

IDS_PER_ENTRY = 500


class IllegalMove(Exception):
    """A move the table of states does not know: a fault of the program."""


class MovedElsewhere(Exception):
    """Another worker was first; nothing was written."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document is where it is: a code of wording.py and the values of its sentence."""

    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


NONE = Reason()


@transaction.atomic
def move(
    filing: Filing,
    to: State,
    *,
    at: datetime,
    reason: Reason = NONE,
    actor: str = SYSTEM,
    data: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Move a filing along ALLOWED, exactly once, set further columns with it, and leave an audit entry."""
    came_from = State(filing.state)
    _demand(came_from, to)
    lock_chain(filing.tenant_id)
    changes = columns | {
        "state": to,
        "state_since": at,
        "reason_code": reason.code,
        "reason_params": dict(reason.params),
    }
    if not Filing.objects.filter(pk=filing.pk, state=came_from).update(**changes):
        raise MovedElsewhere(filing.pk)
    for name, value in changes.items():
        setattr(filing, name, value)
    told = _told(reason, data)
    # The values of a reason are people's and KSeF's own words: they go with the document, the chain stays.
    happening = Happening(event=f"filing.{to}", subject=filing, actor=actor, data=told, words=reason.params, at=at)
    record_all(tenant_id=filing.tenant_id, happenings=[happening])


@transaction.atomic
def move_block(
    *,
    tenant_id: UUID,
    ids: Sequence[UUID],
    came_from: State,
    to: State,
    at: datetime,
    about: models.Model,
    reason: Reason = NONE,
    each: Mapping[str, Sequence[Any]] | None = None,
    **columns: Any,
) -> list[UUID]:
    """Move those of a block that are still where they came from; `each` sets columns row by row. Returns who moved.

    One audit entry tells of up to 500 of them and names each: ten thousand documents of a batch move together.
    """
    _demand(came_from, to)
    if not ids:
        return []
    lock_chain(tenant_id)
    each = each or {}
    shared = columns | {
        "state": to,
        "state_since": at,
        "reason_code": reason.code,
        "reason_params": dict(reason.params),
    }
    moved = _update(ids, came_from, {name: value for name, value in shared.items() if name not in each}, each)
    record_all(
        tenant_id=tenant_id,
        happenings=[
            Happening(
                event=f"filing.{to}",
                subject=about,
                data=_told(reason, {"filings": [str(one) for one in moved[start : start + IDS_PER_ENTRY]]}),
                words=reason.params,
                at=at,
            )
            for start in range(0, len(moved), IDS_PER_ENTRY)
        ],
    )
    return moved


def _demand(came_from: State, to: State) -> None:
    if to not in ALLOWED[came_from]:
        raise IllegalMove(f"{came_from} -> {to}")


def _told(reason: Reason, data: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**(data or {}), **({"reason": reason.code} if reason.code else {})}


def _update(
    ids: Sequence[UUID], came_from: State, shared: Mapping[str, Any], each: Mapping[str, Sequence[Any]]
) -> list[UUID]:
    """One UPDATE for the whole block; values that differ come in as arrays."""
    quote = connection.ops.quote_name
    fields = {name: _column(name) for name in [*shared, *each]}
    sets = [f"{quote(str(fields[name].column))} = %s" for name in shared]
    sets += [f"{quote(str(fields[name].column))} = v.{quote(name)}" for name in each]
    arrays = ", ".join(["%s::uuid[]", *(f"%s::{fields[name].db_type(connection)}[]" for name in each)])
    names = ", ".join(["id", *(quote(name) for name in each)])
    sql = (
        f"UPDATE filings_filing f SET {', '.join(sets)} "  # noqa: S608  column names of our own model
        f"FROM unnest({arrays}) AS v ({names}) WHERE f.id = v.id AND f.state = %s RETURNING f.id"
    )
    values = [fields[name].get_db_prep_save(_plain(value), connection) for name, value in shared.items()]
    with connection.cursor() as cursor:
        arrays_of_values = [[fields[name].get_db_prep_save(one, connection) for one in each[name]] for name in each]
        cursor.execute(sql, [*values, list(ids), *arrays_of_values, came_from])
        return [row[0] for row in cursor.fetchall()]


def _column(name: str) -> "models.Field[Any, Any]":
    found = Filing._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise LookupError(f"a filing has no column {name}")
    return found


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
