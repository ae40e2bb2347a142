"""Batch sessions: open with a finished package, upload its parts, close (API digest, section 6)."""

import hashlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from apps.ksef_client import classify, endpoints
from apps.ksef_client.crypto import SessionKey, encode
from apps.ksef_client.errors import KsefError, Unavailable
from apps.ksef_client.keys import SYMMETRIC_KEY_ENCRYPTION, Keys, PublicKey
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.links import UnsafeLink, resolve
from apps.ksef_client.online import CHECK_IDENTIFIERS, FA3, Closing, FormCode, close, encryption
from apps.ksef_client.package import Package, Part
from apps.ksef_client.reading import Fields, Unreadable
from apps.ksef_client.transport import Request

UPLOAD_TIME_PER_PART = timedelta(minutes=20)
UPLOAD_READ_SECONDS = 300.0
UPLOAD_WORKERS = 4


@dataclass(frozen=True, slots=True)
class PartUpload:
    """Where and how one part is to be sent; the link is a secret."""

    ordinal: int
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchSession:
    """A batch session KSeF has opened, with a place for each part."""

    reference: str
    uploads: tuple[PartUpload, ...]

    @property
    def upload_time(self) -> timedelta:
        """How long after opening each upload may start."""
        return len(self.uploads) * UPLOAD_TIME_PER_PART


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Which parts arrived and what kept the others."""

    done: frozenset[int]
    failed: Mapping[int, KsefError]


def open_batch(
    ksef: Ksef,
    keys: Keys,
    key: SessionKey,
    package: Package,
    *,
    form: FormCode = FA3,
    offline: bool = False,
    check_identifiers: bool = False,
) -> BatchSession:
    """Announce a package built with `key`, which must be new."""

    def attempt(public_key: PublicKey) -> BatchSession:
        body = {
            "formCode": form.as_json(),
            "batchFile": _batch_file(package),
            "encryption": encryption(key, public_key),
            "offlineMode": offline,
        }
        headers = CHECK_IDENTIFIERS if check_identifiers else None
        answer = ksef.call(endpoints.OPEN_BATCH, json_body=body, headers=headers)
        return answer.into(lambda fields: _batch_session(fields, len(package.parts)))

    return keys.with_key(ksef, SYMMETRIC_KEY_ENCRYPTION, attempt)


def upload_part(ksef: Ksef, part: Part, upload: PartUpload) -> None:
    """Send the bytes of one part where KSeF said, as KSeF said, with no bearer; repeating it does no harm."""
    endpoint = endpoints.UPLOAD_PART
    try:
        url = resolve(ksef.environment, upload.url)
    except UnsafeLink as problem:
        raise classify.lost(endpoint, str(problem)) from None
    _verify(part)
    with part.path.open("rb") as body:
        request = Request(
            upload.method,
            url,
            headers={"User-Agent": ksef.user_agent, **upload.headers},
            body=body,
            read_seconds=UPLOAD_READ_SECONDS,
            allow_loopback=ksef.environment.is_local,
        )
        answer = ksef.exchange(endpoint, request)
    if answer.response.status != 201:
        # A firewall has been seen to answer 200 for the storage; the part was missing later (21205).
        raise answer.lost(f"HTTP {answer.response.status} instead of 201")


def upload_parts(
    ksef: Ksef,
    package: Package,
    session: BatchSession,
    *,
    only: Collection[int] | None = None,
    workers: int = UPLOAD_WORKERS,
) -> Uploaded:
    """Send the parts side by side, once each; the observer is called from several threads.

    When the storage is away or asks for a pause, no further part is started: those count as failed for the same reason.
    """
    uploads = {upload.ordinal: upload for upload in session.uploads}
    wanted = [part for part in package.parts if only is None or part.ordinal in only]
    pauses: list[KsefError] = []

    def attempt(part: Part) -> KsefError | None:
        if pauses:
            return pauses[0]
        try:
            upload_part(ksef, part, uploads[part.ordinal])
        except KsefError as error:
            if isinstance(error, Unavailable) or error.retry_after is not None:
                pauses.append(error)
            return error
        return None

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(wanted)))) as pool:
        results = dict(zip((part.ordinal for part in wanted), pool.map(attempt, wanted), strict=True))
    failed = {ordinal: error for ordinal, error in results.items() if error is not None}
    return Uploaded(frozenset(results) - failed.keys(), failed)


def close_batch(ksef: Ksef, session: str) -> Closing:
    """Declare a package complete: only now KSeF processes it."""
    return close(ksef, endpoints.CLOSE_BATCH, session)


def _batch_file(package: Package) -> dict[str, object]:
    return {
        "fileSize": package.size,
        "fileHash": package.hash,
        "compressionType": package.compression.value,
        "fileParts": [
            {"ordinalNumber": part.ordinal, "fileSize": part.size, "fileHash": part.hash} for part in package.parts
        ],
    }


def _batch_session(fields: Fields, part_count: int) -> BatchSession:
    uploads = tuple(_part_upload(item) for item in fields.need_parts("partUploadRequests"))
    if sorted(upload.ordinal for upload in uploads) != list(range(1, part_count + 1)):
        raise Unreadable("the upload requests do not fit the parts")
    return BatchSession(fields.need_text("referenceNumber"), uploads)


def _part_upload(fields: Fields) -> PartUpload:
    headers = fields.part("headers")
    given = {name: str(value) for name, value in headers.values.items() if value is not None} if headers else {}
    if any(name.lower() == "authorization" for name in given):
        raise Unreadable("an upload request asks for authorization")
    return PartUpload(fields.need_number("ordinalNumber"), fields.need_text("method"), fields.need_text("url"), given)


def _verify(part: Part) -> None:
    """The bytes about to leave are the bytes that were announced."""
    with part.path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
    if encode(found.digest()) != part.hash:
        raise ValueError(f"Part {part.ordinal} has changed on disk since it was announced.")
