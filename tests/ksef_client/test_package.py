import gzip
import hashlib
import io
import tarfile
import tracemalloc
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.ksef_client.archives import Compression
from apps.ksef_client.crypto import SessionKey, decrypt
from apps.ksef_client.package import (
    Package,
    PackageLimitExceeded,
    PackageLimits,
    build_package,
    document_id,
    file_name,
)

KEY = SessionKey(bytes(range(32)), bytes(range(16)))
BOTH = pytest.mark.parametrize("compression", list(Compression))


def documents(count: int) -> Iterator[tuple[str, bytes]]:
    for number in range(count):
        seed = hashlib.sha256(str(number).encode()).hexdigest()
        yield f"filing-{number}", f"<Faktura><P_2>{number}</P_2><P_7>{seed}</P_7></Faktura>".encode()


def sha256(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def unpack(package: Package) -> tuple[bytes, dict[str, bytes]]:
    """What KSeF does: decrypt each part, join, open the archive."""
    whole = b"".join(decrypt(part.path.read_bytes(), KEY) for part in package.parts)
    if package.compression is Compression.ZIP:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            assert archive.testzip() is None
            return whole, {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(whole))) as tar:
        return whole, {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


@BOTH
def test_the_receiver_finds_every_document_unchanged(tmp_path: Path, compression: Compression) -> None:
    package = build_package(documents(500), KEY, tmp_path, compression=compression, part_bytes=5_000)

    whole, found = unpack(package)

    assert len(package.parts) > 3
    assert found == {f"{name}.xml": content for name, content in documents(500)}
    assert (package.size, package.hash) == (len(whole), sha256(whole))


@BOTH
def test_each_part_is_hashed_as_it_lies_on_disk_and_numbered_from_one(tmp_path: Path, compression: Compression) -> None:
    package = build_package(documents(300), KEY, tmp_path, compression=compression, part_bytes=4_096)

    assert [part.ordinal for part in package.parts] == list(range(1, len(package.parts) + 1))
    for part in package.parts:
        content = part.path.read_bytes()
        assert (part.size, part.hash) == (len(content), sha256(content))
    assert all(part.size == 4_096 + 16 for part in package.parts[:-1])


@BOTH
def test_the_same_documents_give_the_same_bytes(tmp_path: Path, compression: Compression) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    first = build_package(documents(50), KEY, tmp_path / "a", compression=compression)
    second = build_package(documents(50), KEY, tmp_path / "b", compression=compression)

    assert first.hash == second.hash
    assert [part.hash for part in first.parts] == [part.hash for part in second.parts]


def test_an_answer_of_ksef_leads_back_to_the_document_by_hash_and_by_name(tmp_path: Path) -> None:
    package = build_package(documents(3), KEY, tmp_path)

    assert [document_id(entry.file_name) for entry in package.entries] == ["filing-0", "filing-1", "filing-2"]
    assert [entry.invoice_hash for entry in package.entries] == [sha256(content) for _, content in documents(3)]
    assert package.entries[0].file_name == file_name("filing-0")


def test_no_plain_document_touches_the_disk(tmp_path: Path) -> None:
    build_package([("one", b"<Faktura>" + b"plain text " * 10 + b"</Faktura>")], KEY, tmp_path)

    assert all(b"plain text" not in path.read_bytes() for path in tmp_path.iterdir())


def test_memory_stays_flat_however_many_documents_go_in(tmp_path: Path) -> None:
    body = b"<Faktura>" + bytes(range(48, 90)) * 500
    tracemalloc.start()
    build_package(((f"d{number}", body + str(number).encode()) for number in range(2_000)), KEY, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 5_000_000  # the documents themselves are 42 MB


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (PackageLimits(documents=9), "at most 9 documents"),
        (PackageLimits(document_bytes=50), "over 50 bytes"),
        (PackageLimits(archive_bytes=500), "at most 500 bytes"),
        (PackageLimits(parts=2, part_bytes=116), "at most 2 parts"),
    ],
)
def test_a_limit_is_noticed_before_anything_is_sent_and_nothing_stays_behind(
    tmp_path: Path, limits: PackageLimits, said: str
) -> None:
    with pytest.raises(PackageLimitExceeded, match=said):
        build_package(documents(10), KEY, tmp_path, compression=Compression.ZIP, limits=limits)

    assert list(tmp_path.iterdir()) == []


def test_ten_thousand_documents_fit_and_one_more_does_not(tmp_path: Path) -> None:
    package = build_package(((str(number), b"<F/>") for number in range(10_000)), KEY, tmp_path)
    assert len(package.entries) == 10_000
    package.remove()

    with pytest.raises(PackageLimitExceeded):
        build_package(((str(number), b"<F/>") for number in range(10_001)), KEY, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_encrypted_part_never_exceeds_ksefs_limit(tmp_path: Path) -> None:
    limits = PackageLimits(part_bytes=1_000)

    package = build_package(documents(200), KEY, tmp_path, limits=limits, part_bytes=10**9)

    assert len(package.parts) > 1
    assert max(part.size for part in package.parts) <= 1_000


@pytest.mark.parametrize("bad", ["../up", "a/b", "", "ż", "x" * 200, "a b"])
def test_only_names_that_are_safe_everywhere_are_packed(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        build_package([(bad, b"<F/>")], KEY, tmp_path)


def test_the_same_document_is_not_packed_twice(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        build_package([("a", b"<F/>"), ("a", b"<G/>")], KEY, tmp_path)


def test_an_empty_package_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no documents"):
        build_package([], KEY, tmp_path)
