import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import responses

from apps.ksef_client import exports
from apps.ksef_client.archives import Compression
from apps.ksef_client.crypto import SessionKey, encrypt, sha256
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.exports import DamagedExport, ExportPackage, download_export, read_export, read_export_metadata
from apps.ksef_client.invoices import InvoiceQuery, Role
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef
from tests.ksef_client.answers import KSEF_NUMBER, LATER, problem, status
from tests.ksef_client.conftest import BASE, NOON
from tests.ksef_client.public_keys import PublishedKeys
from tests.ksef_client.test_invoices import metadata

KEY = SessionKey(bytes(range(32)), bytes(range(16)))
REFERENCE = "20251010-EH-1DCE3E3000-12ECB5B36E-45"
URL = f"{BASE}/invoices/exports"
STORAGE = "https://api-test.ksef.mf.gov.pl/storage/export"
FILES = {
    f"{KSEF_NUMBER}.xml": b"<Faktura/>",
    "_metadata.json": json.dumps({"invoices": [metadata()]}).encode(),
}
BOTH = pytest.mark.parametrize("compression", list(Compression))


def packed(compression: Compression, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    if compression is Compression.ZIP:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def part(number: int, plain: bytes) -> dict[str, Any]:
    content = encrypt(plain, KEY)
    return {
        "ordinalNumber": number,
        "partName": f"{number}",
        "method": "GET",
        "url": f"{STORAGE}/{number}?sig=secret",
        "partSize": len(plain),
        "partHash": sha256(plain),
        "encryptedPartSize": len(content),
        "encryptedPartHash": sha256(content),
        "expirationDate": LATER,
    }


def finished(compression: Compression, archive: bytes, **more: Any) -> dict[str, Any]:
    half = len(archive) // 2
    package = {
        "invoiceCount": 1,
        "size": len(archive),
        "parts": [part(2, archive[half:]), part(1, archive[:half])],
        "isTruncated": False,
        "permanentStorageHwmDate": LATER,
        "compressionType": compression.value,
    }
    return status(200) | {"package": package | more}


def serve(http: responses.RequestsMock, archive: bytes) -> None:
    half = len(archive) // 2
    http.get(f"{STORAGE}/1", body=encrypt(archive[:half], KEY))
    http.get(f"{STORAGE}/2", body=encrypt(archive[half:], KEY))


def package_of(ksef: Ksef) -> ExportPackage:
    package = exports.export_status(ksef, REFERENCE).package
    assert package is not None
    return package


def test_an_export_is_asked_for_with_a_wrapped_key_and_the_same_filters(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(URL, json=problem(21470), status=400)
    http.post(URL, json={"referenceNumber": REFERENCE}, status=201)

    assert exports.start_export(ksef, keys, KEY, InvoiceQuery(Role.SELLER, NOON)) == REFERENCE

    sent = json.loads(http.calls[-1].request.body or "")
    assert published.unwrap(sent["encryption"]["encryptedSymmetricKey"]) == KEY.key
    assert sent["filters"]["subjectType"] == "Subject1"
    assert sent["compressionType"] == "TarGz"


@BOTH
def test_parts_are_fetched_checked_decrypted_and_joined_in_order(
    ksef: Ksef, http: responses.RequestsMock, tmp_path: Path, compression: Compression
) -> None:
    archive = packed(compression, FILES)
    http.get(f"{URL}/{REFERENCE}", json=finished(compression, archive))
    serve(http, archive)
    target = tmp_path / "export"

    download_export(ksef, package_of(ksef), KEY, target)

    (document,) = read_export(target, compression)
    (described,) = read_export_metadata(target, compression)
    assert (document.ksef_number, document.content) == (KSEF_NUMBER, b"<Faktura/>")
    assert described.ksef_number == KSEF_NUMBER


@pytest.mark.parametrize("code", [100, 210, 415, 420, 500, 550])
def test_an_export_without_a_package_only_has_a_status(ksef: Ksef, http: responses.RequestsMock, code: int) -> None:
    http.get(f"{URL}/{REFERENCE}", json=status(code) | {"package": None})

    found = exports.export_status(ksef, REFERENCE)

    assert (found.status.code, found.package) == (code, None)


@pytest.mark.parametrize("answer", [status(200), status(200) | {"package": {"compressionType": "Rar"}}])
def test_a_finished_export_we_cannot_read_is_unavailability(
    ksef: Ksef, http: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    http.get(f"{URL}/{REFERENCE}", json=answer)

    with pytest.raises(Unavailable):
        exports.export_status(ksef, REFERENCE)


def test_an_empty_export_gives_no_documents(ksef: Ksef, http: responses.RequestsMock, tmp_path: Path) -> None:
    http.get(f"{URL}/{REFERENCE}", json=finished(Compression.ZIP, b"x" * 9, parts=None, invoiceCount=0))
    target = tmp_path / "export"

    download_export(ksef, package_of(ksef), KEY, target)

    assert list(read_export(target, Compression.ZIP)) == []
    assert read_export_metadata(target, Compression.ZIP) == ()


def test_the_next_export_starts_where_this_one_is_complete(ksef: Ksef, http: responses.RequestsMock) -> None:
    whole = finished(Compression.ZIP, b"x" * 9)
    cut = finished(Compression.ZIP, b"x" * 9, isTruncated=True, lastPermanentStorageDate="2026-11-01T00:00:00Z")
    bare = finished(Compression.ZIP, b"x" * 9, permanentStorageHwmDate=None)
    for answer in (whole, cut, bare):
        http.get(f"{URL}/{REFERENCE}", json=answer)

    starts = [package_of(ksef).resume_from(NOON).isoformat() for _ in range(3)]

    assert starts == ["2026-11-23T23:00:00.015430+00:00", "2026-11-01T00:00:00+00:00", NOON.isoformat()]


def test_a_damaged_part_is_fetched_again_not_used(ksef: Ksef, http: responses.RequestsMock, tmp_path: Path) -> None:
    archive = packed(Compression.ZIP, FILES)
    http.get(f"{URL}/{REFERENCE}", json=finished(Compression.ZIP, archive))
    http.get(f"{STORAGE}/1", body=b"something else")

    with pytest.raises(Unavailable, match="part 1"):
        download_export(ksef, package_of(ksef), KEY, tmp_path / "export")


def test_a_part_for_another_key_is_damage(ksef: Ksef, http: responses.RequestsMock, tmp_path: Path) -> None:
    archive = packed(Compression.ZIP, FILES)
    http.get(f"{URL}/{REFERENCE}", json=finished(Compression.ZIP, archive))
    http.get(f"{STORAGE}/1", body=encrypt(archive[: len(archive) // 2], KEY))

    with pytest.raises(DamagedExport):
        download_export(ksef, package_of(ksef), SessionKey(bytes(32), bytes(16)), tmp_path / "export")


@BOTH
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a.xml", f"x/{KSEF_NUMBER}.xml", f"{KSEF_NUMBER}.exe"]
)
def test_a_file_with_a_strange_name_is_refused(tmp_path: Path, compression: Compression, name: str) -> None:
    target = tmp_path / "export"
    target.write_bytes(packed(compression, {name: b"x"}))

    with pytest.raises(DamagedExport, match="name"):
        list(read_export(target, compression))


@BOTH
def test_a_bomb_is_not_unpacked_to_its_end(
    tmp_path: Path, compression: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST_DOCUMENT", 1_000)
    target = tmp_path / "export"
    target.write_bytes(packed(compression, {f"{KSEF_NUMBER}.xml": b"0" * 1_001}))

    with pytest.raises(DamagedExport, match="too large"):
        list(read_export(target, compression))


def test_a_link_inside_an_archive_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        link = tarfile.TarInfo(f"{KSEF_NUMBER}.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    target = tmp_path / "export"
    target.write_bytes(out.getvalue())

    with pytest.raises(DamagedExport, match="no file"):
        list(read_export(target, Compression.TAR_GZ))


@BOTH
@pytest.mark.parametrize("content", [b"nonsense", gzip.compress(b"nonsense" * 100, mtime=0), b"PK\3\4"])
def test_an_archive_that_does_not_unpack_is_damage(tmp_path: Path, compression: Compression, content: bytes) -> None:
    target = tmp_path / "export"
    target.write_bytes(content)

    with pytest.raises(DamagedExport):
        list(read_export(target, compression))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"invoices": [{"ksefNumber": "x"}]}'])
def test_unreadable_metadata_are_damage(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "export"
    target.write_bytes(packed(Compression.ZIP, {"_metadata.json": content}))

    with pytest.raises(DamagedExport):
        read_export_metadata(target, Compression.ZIP)
