"""Everything of a company in one ZIP: source, XML and receipt of each document, and the audit log."""

import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

from apps.audit.columns import COLUMNS, as_columns
from apps.audit.verify import told_in_order, verify
from apps.filings.models import Filing, Upo

from .blocks import in_blocks
from .csv_files import csv_lines


def write_export(tenant_id: UUID, file: IO[bytes], *, at: datetime) -> int:
    """Write the ZIP and return how many documents it holds. Runs inside acting_in."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
            digests[name] = hashlib.sha256(content).hexdigest()

        rows = []
        for filing, receipts in _filings(tenant_id):
            folder = f"documents/{_safe(filing.number or filing.stripe_id)}-{str(filing.id)[:8]}"
            for name, content in _files(filing, receipts):
                add(f"{folder}/{name}", content)
            rows.append([filing.number, filing.stripe_id, filing.state, filing.ksef_number, folder])
        add("documents.csv", _csv(["number", "stripe_id", "state", "ksef_number", "folder"], rows))
        add("audit.csv", _csv(COLUMNS, (list(as_columns(told).values()) for told in told_in_order(tenant_id))))
        report = verify(tenant_id)
        manifest = {
            "made_at": at.isoformat(),
            "documents": len(rows),
            "audit_head": {"sequence": report.entries, "hash": report.head.hex(), "intact": report.intact},
            "sha256": digests,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return len(rows)


def _filings(tenant_id: UUID) -> Iterator[tuple[Filing, list[Upo]]]:
    """Each filing with the receipts that are of it alone."""
    filings = Filing.objects.filter(tenant_id=tenant_id).select_related("document", "xml", "upo")
    for block in in_blocks(filings.order_by("opened_at", "id")):
        own: dict[str, list[Upo]] = defaultdict(list)
        numbers = [filing.ksef_number for filing in block if filing.ksef_number]
        for receipt in Upo.objects.filter(tenant_id=tenant_id, ksef_number__in=numbers, kind=Upo.Kind.OWN):
            own[receipt.ksef_number].append(receipt)
        yield from ((filing, own[filing.ksef_number] if filing.ksef_number else []) for filing in block)


def _files(filing: Filing, receipts: Iterable[Upo]) -> Iterator[tuple[str, bytes]]:
    yield "source.json", bytes(filing.document.payload)
    yield "side-data.json", bytes(filing.document.side_data)
    if filing.xml:
        yield "invoice.xml", bytes(filing.xml.content)
    if filing.upo:
        yield "upo.xml", bytes(filing.upo.content)
    for own in receipts:
        if own.pk != filing.upo_id:
            yield f"upo-{own.session_reference}.xml", bytes(own.content)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    return "".join(csv_lines(header, rows)).encode()


def _safe(name: str) -> str:
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in name)
    return kept[:80] or "document"
