"""Everything of a company in one ZIP: source, XML and receipt of each document, and the audit log."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from uuid import UUID

from apps.audit.verify import entries_in_order, verify
from apps.filings.models import Filing, Upo

BLOCK = 200
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_export(tenant_id: UUID, file: IO[bytes], *, at: datetime) -> int:
    """Write the ZIP and return how many documents it holds. Runs inside acting_in."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
            digests[name] = hashlib.sha256(content).hexdigest()

        rows = []
        for filing in _filings(tenant_id):
            folder = f"documents/{_safe(filing.number or filing.stripe_id)}-{str(filing.id)[:8]}"
            for name, content in _files(filing):
                add(f"{folder}/{name}", content)
            rows.append([filing.number, filing.stripe_id, filing.state, filing.ksef_number, folder])
        add("documents.csv", _csv(["number", "stripe_id", "state", "ksef_number", "folder"], rows))
        add("audit.csv", _csv(AUDIT_COLUMNS, _audit_rows(tenant_id)))
        report = verify(tenant_id)
        manifest = {
            "made_at": at.isoformat(),
            "documents": len(rows),
            "audit_head": {"sequence": report.entries, "hash": report.head.hex(), "intact": report.intact},
            "sha256": digests,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return len(rows)


def _filings(tenant_id: UUID) -> Iterator[Filing]:
    filings = Filing.objects.filter(tenant_id=tenant_id).select_related("document", "xml", "upo")
    yield from filings.order_by("opened_at", "id").iterator(chunk_size=BLOCK)


def _files(filing: Filing) -> Iterator[tuple[str, bytes]]:
    yield "source.json", bytes(filing.document.payload)
    yield "side-data.json", bytes(filing.document.side_data)
    if filing.xml:
        yield "invoice.xml", bytes(filing.xml.content)
    if filing.upo:
        yield "upo.xml", bytes(filing.upo.content)
    if filing.ksef_number:
        for own in Upo.objects.filter(tenant_id=filing.tenant_id, ksef_number=filing.ksef_number, kind=Upo.Kind.OWN):
            if own.pk != filing.upo_id:
                yield f"upo-{own.session_reference}.xml", bytes(own.content)


AUDIT_COLUMNS = ["sequence", "at", "event", "actor", "subject_kind", "subject_id", "origin", "data", "previous", "hash"]


def _audit_rows(tenant_id: UUID) -> Iterator[list[object]]:
    for entry in entries_in_order(tenant_id):
        yield [
            entry.sequence,
            entry.at.isoformat(),
            entry.event,
            entry.actor,
            entry.subject_kind,
            entry.subject_id,
            entry.origin,
            json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
            bytes(entry.previous_hash).hex(),
            bytes(entry.entry_hash).hex(),
        ]


def _csv(header: list[str], rows: "list[list[str]] | Iterator[list[object]]") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        # A spreadsheet must not take a cell for a formula.
        writer.writerow([f"'{cell}" if str(cell).startswith(FORMULA_STARTS) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _safe(name: str) -> str:
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in name)
    return kept[:80] or "document"
