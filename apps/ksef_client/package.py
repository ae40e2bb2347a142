"""Packs documents for a batch session: archived, split, encrypted and hashed in one pass (API digest, section 6).

No plain document touches the disk; memory stays flat, whatever the number of documents.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from apps.ksef_client.archives import Compression, new_archive
from apps.ksef_client.crypto import BLOCK_BYTES, SessionKey, encode, sha256

PART_BYTES = 90_000_000
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,90}\.xml")


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """What KSeF takes in one package; counted before anything is sent (digest, 8.3)."""

    documents: int = 10_000
    document_bytes: int = 1_000_000
    archive_bytes: int = 5_000_000_000
    parts: int = 50
    part_bytes: int = 100_000_000


class PackageLimitExceeded(ValueError):
    """The documents do not fit into one package."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a package; KSeF's answers name its hash and its file name."""

    file_name: str
    invoice_hash: str


@dataclass(frozen=True, slots=True)
class Part:
    """One encrypted part on disk: the very bytes that are uploaded, and their hash."""

    ordinal: int
    path: Path
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Package:
    """A finished package."""

    compression: Compression
    size: int
    hash: str
    parts: tuple[Part, ...]
    entries: tuple[Entry, ...]

    def remove(self) -> None:
        """Delete the parts from disk."""
        for part in self.parts:
            part.path.unlink(missing_ok=True)


def file_name(document_id: str) -> str:
    """The name a document has inside a package; ids of letters, digits, - and _."""
    name = f"{document_id}.xml"
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("A document id for a package is made of letters, digits, - and _.")
    return name


def document_id(name: str) -> str:
    """The id a file name was made from."""
    return name.removesuffix(".xml")


def build_package(
    documents: Iterable[tuple[str, bytes]],
    key: SessionKey,
    directory: Path,
    *,
    compression: Compression = Compression.TAR_GZ,
    limits: PackageLimits = PackageLimits(),
    part_bytes: int = PART_BYTES,
) -> Package:
    """Pack (id, exact bytes) pairs into encrypted parts below `directory`; on failure nothing stays behind."""
    splitter = _Splitter(key, directory, min(part_bytes, limits.part_bytes - BLOCK_BYTES), limits)
    try:
        archive = new_archive(compression, splitter.write)
        entries = []
        for entry, document in _checked(documents, limits):
            archive.add(entry.file_name, document)
            entries.append(entry)
        if not entries:
            raise ValueError("There are no documents to pack.")
        archive.finish()
        parts = splitter.finish()
    except BaseException:
        splitter.remove()
        raise
    return Package(compression, splitter.size, encode(splitter.whole.digest()), parts, tuple(entries))


def _checked(documents: Iterable[tuple[str, bytes]], limits: PackageLimits) -> Iterator[tuple[Entry, bytes]]:
    names: set[str] = set()
    for identifier, document in documents:
        name = file_name(identifier)
        if name in names:
            raise ValueError(f"The document {identifier} is in the package twice.")
        names.add(name)
        if len(names) > limits.documents:
            raise PackageLimitExceeded(f"A package holds at most {limits.documents} documents.")
        if not 0 < len(document) <= limits.document_bytes:
            raise PackageLimitExceeded(f"The document {identifier} is empty or over {limits.document_bytes} bytes.")
        yield Entry(name, sha256(document)), document


class _Splitter:
    """Takes the archive as it grows and cuts it into encrypted files."""

    def __init__(self, key: SessionKey, directory: Path, part_bytes: int, limits: PackageLimits) -> None:
        self._key, self._directory, self._part_bytes, self._limits = key, directory, part_bytes, limits
        self._current: _OpenPart | None = None
        self._parts: list[Part] = []
        self.size = 0
        self.whole = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self.whole.update(content)
        self.size += len(content)
        if self.size > self._limits.archive_bytes:
            raise PackageLimitExceeded(f"A package is at most {self._limits.archive_bytes} bytes.")
        view = memoryview(content)
        while view:
            part = self._current or self._open()
            piece = view[: self._part_bytes - part.taken]
            part.write(piece)
            view = view[len(piece) :]
            if part.taken == self._part_bytes:
                self._seal()

    def finish(self) -> tuple[Part, ...]:
        self._seal()
        return tuple(self._parts)

    def remove(self) -> None:
        if self._current:
            self._current.file.close()
            self._current.path.unlink(missing_ok=True)
        for part in self._parts:
            part.path.unlink(missing_ok=True)

    def _open(self) -> "_OpenPart":
        ordinal = len(self._parts) + 1
        if ordinal > self._limits.parts:
            raise PackageLimitExceeded(f"A package has at most {self._limits.parts} parts.")
        self._current = _OpenPart(ordinal, self._directory / f"part-{ordinal:02}.aes", self._key)
        return self._current

    def _seal(self) -> None:
        if self._current:
            self._parts.append(self._current.finish())
            self._current = None


class _OpenPart:
    """One part being encrypted into its file; key and IV are those of the session, in every part."""

    def __init__(self, ordinal: int, path: Path, key: SessionKey) -> None:
        self.ordinal, self.path = ordinal, path
        self.file: BinaryIO = path.open("xb")
        self.taken = 0
        self._size = 0
        self._hash = hashlib.sha256()
        self._padder = padding.PKCS7(BLOCK_BYTES * 8).padder()
        self._encryptor = Cipher(algorithms.AES(key.key), modes.CBC(key.iv)).encryptor()

    def write(self, piece: memoryview) -> None:
        self.taken += len(piece)
        self._put(self._encryptor.update(self._padder.update(piece)))

    def finish(self) -> Part:
        self._put(self._encryptor.update(self._padder.finalize()) + self._encryptor.finalize())
        self.file.close()
        return Part(self.ordinal, self.path, self._size, encode(self._hash.digest()))

    def _put(self, content: bytes) -> None:
        self.file.write(content)
        self._hash.update(content)
        self._size += len(content)
