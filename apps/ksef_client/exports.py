"""Exports: up to 10 000 documents in one encrypted package, for rebuilding after a loss (API digest, section 7)."""

import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from apps.ksef_client import endpoints
from apps.ksef_client.archives import Compression
from apps.ksef_client.crypto import SessionKey, decrypt, sha256
from apps.ksef_client.invoices import InvoiceMetadata, InvoiceQuery, read_metadata
from apps.ksef_client.keys import SYMMETRIC_KEY_ENCRYPTION, Keys, PublicKey
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.online import encryption
from apps.ksef_client.reading import Fields, Unreadable
from apps.ksef_client.statuses import Status, read_status
from apps.ksef_client.upo import follow

PART_LIMIT = 60_000_000
LARGEST_DOCUMENT = 10_000_000
LARGEST_METADATA = 100_000_000
METADATA_FILE = "_metadata.json"
_FILE_NAME = re.compile(r"[0-9A-F-]{35,36}\.xml", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One encrypted part; the link is pre-signed and ends."""

    ordinal: int
    url: str = field(repr=False)
    size: int
    hash: str
    encrypted_size: int
    encrypted_hash: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportPackage:
    """A finished export; an empty one may have no parts."""

    compression: Compression
    invoice_count: int
    parts: tuple[ExportPart, ...]
    is_truncated: bool
    last_stored_at: datetime | None
    high_water_mark: datetime | None

    def resume_from(self, started_from: datetime) -> datetime:
        """Where the next export of the same role starts."""
        if self.is_truncated:
            return self.last_stored_at or started_from
        return self.high_water_mark or started_from


@dataclass(frozen=True, slots=True)
class Export:
    status: Status
    package: ExportPackage | None


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One document of an export, named by its KSeF number."""

    ksef_number: str
    content: bytes = field(repr=False)


class DamagedExport(ValueError):
    """A package that is not what KSeF announced; fetch it again or export anew."""


def start_export(
    ksef: Ksef,
    keys: Keys,
    key: SessionKey,
    query: InvoiceQuery,
    *,
    only_metadata: bool = False,
    compression: Compression = Compression.TAR_GZ,
) -> str:
    """Ask for an export encrypted with `key`, which must be new; each counts (20 an hour, 10 at once)."""

    def attempt(public_key: PublicKey) -> str:
        body = {
            "encryption": encryption(key, public_key),
            "filters": query.as_json(),
            "onlyMetadata": only_metadata,
            "compressionType": compression.value,
        }
        return ksef.call(endpoints.EXPORT, json_body=body).into(lambda fields: fields.need_text("referenceNumber"))

    return keys.with_key(ksef, SYMMETRIC_KEY_ENCRYPTION, attempt)


def export_status(ksef: Ksef, reference: str) -> Export:
    """How far an export is, with the links to its parts once it is done."""
    return ksef.call(endpoints.EXPORT_STATUS, path={"referenceNumber": reference}).into(_export)


def download_export(ksef: Ksef, package: ExportPackage, key: SessionKey, target: Path) -> None:
    """Fetch, check and decrypt all parts into one archive file."""
    with target.open("wb") as file:
        for part in sorted(package.parts, key=lambda part: part.ordinal):
            file.write(_part(ksef, part, key))


def read_export(archive: Path, compression: Compression) -> Iterator[ExportedFile]:
    """The documents of a downloaded archive, one at a time; names that are no KSeF number are refused."""
    for name, content in _files(archive, compression):
        if name == METADATA_FILE:
            continue
        if not _FILE_NAME.fullmatch(name):
            raise DamagedExport("The export holds a file whose name is no KSeF number.")
        yield ExportedFile(name.removesuffix(".xml"), content)


def read_export_metadata(archive: Path, compression: Compression) -> tuple[InvoiceMetadata, ...]:
    """What `_metadata.json` says about every document of an archive."""
    for name, content in _files(archive, compression):
        if name == METADATA_FILE:
            try:
                return tuple(read_metadata(item) for item in Fields.parse(content).need_parts("invoices"))
            except Unreadable as problem:
                raise DamagedExport(f"The export's metadata cannot be read: {problem}") from None
    return ()


def _part(ksef: Ksef, part: ExportPart, key: SessionKey) -> bytes:
    answer = follow(ksef, part.url, max_answer=PART_LIMIT)
    content = answer.response.body
    if len(content) != part.encrypted_size or sha256(content) != part.encrypted_hash:
        raise answer.lost(f"part {part.ordinal} does not match its hash")
    try:
        plain = decrypt(content, key)
    except ValueError:
        raise DamagedExport(f"Part {part.ordinal} is not encrypted with our key.") from None
    if len(plain) != part.size or sha256(plain) != part.hash:
        raise DamagedExport(f"Part {part.ordinal} does not match its hash after decryption.")
    return plain


def _files(archive: Path, compression: Compression) -> Iterator[tuple[str, bytes]]:
    try:
        if archive.stat().st_size == 0:
            return
        yield from _zip_files(archive) if compression is Compression.ZIP else _tar_files(archive)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError) as problem:
        raise DamagedExport(f"The export cannot be unpacked: {type(problem).__name__}") from None


def _zip_files(archive: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as source:
        for entry in source.infolist():
            with source.open(entry) as stream:
                yield entry.filename, _bounded(stream, entry.filename)


def _tar_files(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive, mode="r|gz") as source:
        for entry in source:
            stream = source.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise DamagedExport("The export holds something that is no file.")
            yield entry.name, _bounded(stream, entry.name)


def _bounded(stream: IO[bytes], name: str) -> bytes:
    limit = LARGEST_METADATA if name == METADATA_FILE else LARGEST_DOCUMENT
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise DamagedExport("The export holds a file that is too large.")
    return content


def _export(fields: Fields) -> Export:
    status = read_status(fields)
    package = fields.part("package")
    if status.is_success and package is None:
        raise Unreadable("package is missing")
    return Export(status, _package(package) if package else None)


def _package(fields: Fields) -> ExportPackage:
    kind = fields.text("compressionType") or Compression.ZIP.value
    if kind not in [each.value for each in Compression]:
        raise Unreadable(f"the compression {kind} is not known")
    return ExportPackage(
        Compression(kind),
        fields.number("invoiceCount") or 0,
        tuple(_export_part(part) for part in fields.parts("parts")),
        fields.flag("isTruncated"),
        fields.moment("lastPermanentStorageDate"),
        fields.moment("permanentStorageHwmDate"),
    )


def _export_part(fields: Fields) -> ExportPart:
    return ExportPart(
        fields.need_number("ordinalNumber"),
        fields.need_text("url"),
        fields.need_number("partSize"),
        fields.need_text("partHash"),
        fields.need_number("encryptedPartSize"),
        fields.need_text("encryptedPartHash"),
        fields.moment("expirationDate"),
    )
