"""Exports and the packages made for them in the background."""

import io
import json
import logging
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.ksef_simulator.clock import stamp
from apps.ksef_simulator.reading.search import CAP, Search, metadata_of
from apps.ksef_simulator.sending.cipher import encrypt
from apps.ksef_simulator.sending.judge import sha256
from apps.ksef_simulator.sending.records import Document
from apps.ksef_simulator.signin.principal import Identifier

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

PART_BYTES = 50_000_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Export:
    reference: str
    context: str
    filters: dict[str, Any]
    only_metadata: bool
    compression: str
    key: bytes | None
    iv: bytes
    asked_at: datetime
    due_at: datetime
    code: int = 0
    finished_at: datetime | None = None
    count: int = 0
    truncated: bool = False
    parts: list[dict[str, Any]] = field(default_factory=list)
    last_dates: dict[str, str] = field(default_factory=dict)


class Exports:
    def __init__(self, system: "System") -> None:
        self._system = system
        self._all = {each.reference: each for each in system.store.all("export", Export)}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="export")
        for unfinished in [each for each in self._all.values() if not each.code]:
            self._worker.submit(self._build, unfinished)

    def get(self, reference: str) -> Export | None:
        return self._all.get(reference)

    def running(self, context: str, now: datetime) -> int:
        with self._lock:
            mine = [each for each in self._all.values() if each.context == context]
        return sum(not each.code or now < each.due_at for each in mine)

    def start(self, export: Export) -> None:
        with self._lock:
            self._all[export.reference] = export
        self._system.store.put("export", export.reference, export)
        if not export.code:
            self._worker.submit(self._build, export)

    def part(self, reference: str, number: str) -> tuple[bytes, str] | None:
        """An encrypted part and its hash."""
        export = self._all.get(reference)
        wanted = [each for each in export.parts if str(each["ordinalNumber"]) == number] if export else []
        if not wanted:
            return None
        return self._system.store.content(_name(reference, number)), wanted[0]["encryptedPartHash"]

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _build(self, export: Export) -> None:
        try:
            self._pack(export)
            code = 200
        except Exception:  # noqa: BLE001 - whatever it was, the caller must see a status
            _log.exception("export %s", export.reference)
            code = 500
        export.finished_at = max(self._system.clock.now(), export.due_at)
        export.code = code
        self._system.store.put("export", export.reference, export)

    def _pack(self, export: Export) -> None:
        search = Search(self._system, Identifier.parse(export.context), export.filters, export.asked_at)
        found = search.find()
        taken = found[:CAP]
        export.count, export.truncated = len(taken), len(found) > CAP
        if export.truncated:
            export.last_dates = _last_date(search.date_type, search.date_of(taken[-1]))
        if search.hwm is not None:
            export.last_dates["permanentStorageHwmDate"] = stamp(search.hwm)
        listed = json.dumps({"invoices": [metadata_of(each) for each in taken]}, ensure_ascii=False).encode()
        archive = _archive(export.compression, self._files([] if export.only_metadata else taken, listed))
        for number, start in enumerate(range(0, len(archive), PART_BYTES), 1):
            self._keep_part(export, number, archive[start : start + PART_BYTES])

    def _files(self, documents: list[Document], listed: bytes) -> Iterator[tuple[str, bytes]]:
        for document in documents:
            yield f"{document.ksef_number}.xml", self._system.ledger.content(document)
        yield "_metadata.json", listed

    def _keep_part(self, export: Export, number: int, plain: bytes) -> None:
        encrypted = encrypt(export.key or b"", export.iv, plain)
        self._system.store.put_raw(_name(export.reference, str(number)), encrypted)
        suffix = "zip" if export.compression == "Zip" else "tar.gz"
        export.parts.append(
            {
                "ordinalNumber": number,
                "partName": f"{export.reference}.{number:03d}.{suffix}.aes",
                "partSize": len(plain),
                "partHash": sha256(plain),
                "encryptedPartSize": len(encrypted),
                "encryptedPartHash": sha256(encrypted),
            }
        )


def _name(reference: str, number: str) -> str:
    return f"export {reference} {number}"


def _last_date(date_type: str, value: datetime | str) -> dict[str, str]:
    if isinstance(value, str):
        return {"lastIssueDate": value}
    return {"lastInvoicingDate" if date_type == "Invoicing" else "lastPermanentStorageDate": stamp(value)}


def _archive(compression: str, files: Iterator[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    if compression == "TarGz":
        with tarfile.open(fileobj=target, mode="w:gz") as package:
            for name, content in files:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                package.addfile(member, io.BytesIO(content))
    else:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in files:
                package.writestr(name, content)
    return target.getvalue()
