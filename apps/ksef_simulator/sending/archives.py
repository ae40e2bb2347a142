"""Unpacking a batch: a ZIP or tar.gz archive with invoices as files."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO


class Unreadable(Exception):
    """The archive cannot be unpacked (status 430)."""


def files_in(archive: IO[bytes], compression: str, max_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file; a content over the limit is cut one byte after it, so that it shows."""
    try:
        yield from (_tar if compression == "TarGz" else _zip)(archive, max_bytes + 1)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        # zipfile says NotImplementedError for unknown compression and RuntimeError for encrypted members.
        raise Unreadable(str(error)) from error


def _zip(archive: IO[bytes], most: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as package:
        for member in package.infolist():
            if not member.is_dir():
                with package.open(member) as file:
                    yield member.filename, file.read(most)


def _tar(archive: IO[bytes], most: int) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=archive, mode="r:gz") as package:
        for member in package:
            if member.isfile():
                file = package.extractfile(member)
                if file is not None:
                    yield member.name, file.read(most)
