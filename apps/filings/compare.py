"""Compares what KSeF holds for the company with what we hold, both ways, up to KSeF's high-water mark.

Below the mark KSeF's set is complete for ever, so what is missing there is missing (API digest, section 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import Min

from apps.connections.ksef import Clock
from apps.ksef_client.invoices import InvoiceMetadata, InvoiceQuery, MetadataPage, Role, next_query, query_metadata
from apps.tenants.context import acting_in

from .alarms import clear_alarm, raise_alarm
from .collect import decode_hash
from .ledger import BudgetSpent
from .line import Line
from .models import Difference, Filing, Lane
from .states import State

log = structlog.get_logger()

OVERLAP = timedelta(hours=1)
LONGEST_RANGE = timedelta(days=85)  # KSeF takes three months at once
# Between the number and permanent storage; a document younger than this may rightly be missing there.
STORED_WITHIN = timedelta(hours=2)

Kind = Difference.Kind
Finding = tuple[str, str, dict[str, str]]  # KSeF number, number, facts


@dataclass
class Held:
    """What KSeF holds with us as the seller, and how far that is known completely."""

    by_number: dict[str, InvoiceMetadata] = field(default_factory=dict)
    complete_until: datetime | None = None
    # The budget ran out on the way: what was read counts, the rest is read from there next time.
    interrupted: BudgetSpent | None = None


def compare(lane: Lane, line: Line, *, clock: Clock) -> int:
    """Read everything stored since the last comparison and note the differences; returns how many are open."""
    since = _since(lane, clock())
    if since is None:
        return 0
    held = _held_by_ksef(line, since, until=min(clock(), since + LONGEST_RANGE))
    still_open = _write_down(lane, held, since, at=clock())
    log.info("comparison.done", lane=str(lane.pk), held=len(held.by_number), differences=still_open)
    if held.interrupted is not None:
        raise held.interrupted
    return still_open


def _write_down(lane: Lane, held: Held, since: datetime, *, at: datetime) -> int:
    with acting_in(lane.tenant_id):
        _note(lane, _missing_here(lane, held.by_number), Kind.MISSING_HERE, at=at)
        _note(lane, _other_content(lane, held.by_number), Kind.OTHER_CONTENT, at=at)
        if held.complete_until is not None:
            missing = _missing_there(lane, held.by_number, since, held.complete_until)
            _note(lane, missing, Kind.MISSING_THERE, at=at)
            Lane.objects.filter(pk=lane.pk).update(compared_until=held.complete_until)
        _settle(lane, held.by_number, at=at)
        still_open = Difference.objects.filter(tenant_id=lane.tenant_id, lane=lane, settled_at__isnull=True).count()
        if still_open:
            raise_alarm(lane.tenant_id, "ksef_differs", subject=str(lane.pk), params={"count": still_open}, at=at)
        else:
            clear_alarm(lane.tenant_id, "ksef_differs", subject=str(lane.pk), at=at)
    return still_open


def _since(lane: Lane, at: datetime) -> datetime | None:
    """Where the last comparison ended; for the first one, shortly before our first document there."""
    if lane.compared_until:
        return max(lane.compared_until - OVERLAP, at - LONGEST_RANGE)
    with acting_in(lane.tenant_id):
        first = Filing.objects.filter(tenant_id=lane.tenant_id, lane=lane).aggregate(first=Min("accepted_at"))["first"]
    return max(first - OVERLAP, at - LONGEST_RANGE) if first else None


def _held_by_ksef(line: Line, since: datetime, *, until: datetime) -> Held:
    held = Held()
    query: InvoiceQuery | None = InvoiceQuery(Role.SELLER, since, until)
    mark: datetime | None = None
    while query is not None:
        try:
            page = _page(line, query)
        except BudgetSpent as spent:
            held.interrupted = spent
            last = max((one.stored_at for one in held.by_number.values() if one.stored_at), default=None)
            mark = min(mark, last) if mark and last else None
            break
        held.by_number |= {invoice.ksef_number: invoice for invoice in page.invoices}
        mark = page.high_water_mark if mark is None else mark
        query = next_query(query, page)
    held.complete_until = min(mark, until) if mark else None
    return held


def _page(line: Line, query: InvoiceQuery) -> MetadataPage:
    return line.call(lambda ksef: query_metadata(ksef, query))


def _missing_here(lane: Lane, held: dict[str, InvoiceMetadata]) -> list[Finding]:
    known = set(
        Filing.objects.filter(tenant_id=lane.tenant_id, ksef_number__in=held).values_list("ksef_number", flat=True)
    )
    # A document on its way is not missing: its number is being fetched.
    hashes = [digest for one in held.values() if (digest := decode_hash(one.invoice_hash))]
    coming = {
        bytes(digest)
        for digest in Filing.objects.filter(
            tenant_id=lane.tenant_id, invoice_hash__in=hashes, state__in=[State.SENT, State.UNKNOWN, State.SENDING]
        ).values_list("invoice_hash", flat=True)
        if digest
    }
    return [
        (number, one.invoice_number, {"hash": one.invoice_hash, "type": one.invoice_type})
        for number, one in held.items()
        if number not in known and decode_hash(one.invoice_hash) not in coming
    ]


def _other_content(lane: Lane, held: dict[str, InvoiceMetadata]) -> list[Finding]:
    ours = Filing.objects.filter(tenant_id=lane.tenant_id, ksef_number__in=held)
    return [
        (number, held[number].invoice_number, {"hash": held[number].invoice_hash})
        for number, digest in ours.values_list("ksef_number", "invoice_hash")
        if bytes(digest or b"") != decode_hash(held[number].invoice_hash)
    ]


def _missing_there(lane: Lane, held: dict[str, InvoiceMetadata], since: datetime, mark: datetime) -> list[Finding]:
    ours = Filing.objects.filter(
        tenant_id=lane.tenant_id,
        lane=lane,
        state__in=[State.ACCEPTED, State.RECEIPTED],
        accepted_at__gt=since + OVERLAP,
        accepted_at__lt=mark - STORED_WITHIN,
    )
    return [(number, name, {}) for number, name in ours.values_list("ksef_number", "number") if number not in held]


def _note(
    lane: Lane, found: Sequence[tuple[str, str, dict[str, str]]], kind: "Difference.Kind", *, at: datetime
) -> None:
    Difference.objects.bulk_create(
        [
            Difference(
                tenant_id=lane.tenant_id,
                lane=lane,
                kind=kind,
                ksef_number=number,
                number=name,
                facts=facts,
                found_at=at,
            )
            for number, name, facts in found
        ],
        ignore_conflicts=True,
    )


def _settle(lane: Lane, held: dict[str, InvoiceMetadata], *, at: datetime) -> None:
    """A difference that is gone is settled: the document arrived here, or turned up there."""
    still = Difference.objects.filter(tenant_id=lane.tenant_id, lane=lane, settled_at__isnull=True)
    here = Filing.objects.filter(tenant_id=lane.tenant_id).exclude(ksef_number="").values("ksef_number")
    still.filter(kind=Kind.MISSING_HERE, ksef_number__in=here).update(settled_at=at)
    still.filter(kind=Kind.MISSING_THERE, ksef_number__in=list(held)).update(settled_at=at)
