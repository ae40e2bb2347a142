"""Attempts in blocks: begun before the bytes leave, each answer filled in once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from .models import Filing, FilingAttempt, KsefSession

Outcome = FilingAttempt.Outcome
BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class End:
    """How one attempt ended, in KSeF's words."""

    outcome: Outcome
    code: int | None = None
    text: str = ""


def begin(
    filings: Sequence[Filing], session: KsefSession, *, at: datetime, corrected_hash: bytes | None = None
) -> list[FilingAttempt]:
    """Write down that these documents, in exactly these bytes, are about to go out in this session."""
    attempts = [
        FilingAttempt(
            tenant_id=filing.tenant_id,
            filing=filing,
            session=session,
            xml_id=_known(filing.xml_id),
            invoice_hash=filing.invoice_hash,
            offline=session.offline,
            corrected_hash=corrected_hash,
            began_at=at,
        )
        for filing in filings
    ]
    return FilingAttempt.objects.bulk_create(attempts, batch_size=BLOCK)


def taken(filing: Filing, reference: str, *, at: datetime) -> None:
    """KSeF took the bytes of the open attempt and gave them a reference."""
    open_one = FilingAttempt.objects.filter(tenant_id=filing.tenant_id, filing=filing, ended_at__isnull=True)
    open_one.filter(taken_at__isnull=True).update(taken_at=at, invoice_reference=reference)


def end(filing: Filing, how: End, *, at: datetime) -> None:
    """End the open attempt of one document."""
    open_one = FilingAttempt.objects.filter(tenant_id=filing.tenant_id, filing=filing, ended_at__isnull=True)
    open_one.update(ended_at=at, outcome=how.outcome, status_code=how.code, status_text=how.text or None)


def end_block(ids: Sequence[UUID], how: End, *, at: datetime) -> None:
    """End the open attempts of many documents in the same way."""
    open_ones = FilingAttempt.objects.filter(filing_id__in=ids, ended_at__isnull=True)
    open_ones.update(ended_at=at, outcome=how.outcome, status_code=how.code, status_text=how.text or None)


def end_each(ends: Sequence[tuple[UUID, End]], *, at: datetime) -> None:
    """End the open attempts of many documents, each in its own way, in one statement."""
    if not ends:
        return
    sql = """
        UPDATE filings_filingattempt a
        SET ended_at = %s, outcome = v.outcome, status_code = v.code, status_text = NULLIF(v.text, '')
        FROM unnest(%s::uuid[], %s::text[], %s::integer[], %s::text[]) AS v (filing_id, outcome, code, text)
        WHERE a.filing_id = v.filing_id AND a.ended_at IS NULL
    """
    columns: list[list[Any]] = [
        [one for one, _ in ends],
        [str(how.outcome) for _, how in ends],
        [how.code for _, how in ends],
        [how.text for _, how in ends],
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, *columns])


def _known(value: UUID | None) -> UUID:
    if value is None:
        raise ValueError("a document without bytes cannot be sent")
    return value
