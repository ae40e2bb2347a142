"""Writes a ZIP or tar.gz straight into a sink, one document at a time: nothing is kept, nothing is sought back.

Equal documents give equal bytes: no clock, no user, no machine leaks into an archive.
"""

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

Write = Callable[[bytes], object]

# 1 January 2026, 00:00: any fixed moment would do, but ZIP knows none before 1980.
_DOS_DATE = (2026 - 1980) << 9 | 1 << 5 | 1
_DOS_TIME = 0
_UNIX_TIME = 1_767_225_600
_ZIP_LIMIT = 2**32 - 1


class Compression(StrEnum):
    """The kinds of archive KSeF takes, by the names of the contract."""

    ZIP = "Zip"
    TAR_GZ = "TarGz"


class Archive(Protocol):
    """An archive being written; finish() writes what comes after the last document."""

    def add(self, name: str, document: bytes) -> None: ...

    def finish(self) -> None: ...


def new_archive(compression: Compression, write: Write) -> Archive:
    return ZipArchive(write) if compression is Compression.ZIP else TarGzArchive(write)


class _Writable(io.RawIOBase):
    """A file object that only passes on what is written to it."""

    def __init__(self, write: Write) -> None:
        self._pass_on = write

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._pass_on(bytes(content))
        return len(content)


class ZipArchive:
    """Deflated entries with their sizes in the local header, as readers that never seek need them."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._offset = 0
        self._directory = io.BytesIO()
        self._count = 0

    def add(self, name: str, document: bytes) -> None:
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(document) + packer.flush()
        encoded = name.encode("ascii")
        sizes = (zlib.crc32(document), len(packed), len(document), len(encoded))
        self._directory.write(
            struct.pack(
                "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, _DOS_TIME, _DOS_DATE, *sizes, 0, 0, 0, 0, 0, self._offset
            )
        )
        self._directory.write(encoded)
        self._put(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, _DOS_TIME, _DOS_DATE, *sizes, 0) + encoded + packed)
        self._count += 1

    def finish(self) -> None:
        start, directory = self._offset, self._directory.getvalue()
        self._put(directory)
        self._put(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, self._count, self._count, len(directory), start, 0))

    def _put(self, content: bytes) -> None:
        self._offset += len(content)
        if self._offset > _ZIP_LIMIT:
            raise ValueError("A ZIP of more than 4 GB needs an extension KSeF does not mention; use tar.gz.")
        self._write(content)


class TarGzArchive:
    """Plain ustar in one gzip stream: similar invoices share their words, so it is far smaller than a ZIP."""

    def __init__(self, write: Write) -> None:
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=_Writable(write), mtime=0)
        self._tar = tarfile.TarFile(fileobj=self._gzip, mode="w", format=tarfile.USTAR_FORMAT)

    def add(self, name: str, document: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime = len(document), _UNIX_TIME
        self._tar.addfile(entry, io.BytesIO(document))

    def finish(self) -> None:
        self._tar.close()
        self._gzip.close()
