"""Batch packages for these tests: archives, parts and what a session declares about them."""

import io
import tarfile
import zipfile
from dataclasses import dataclass
from typing import Any

import requests

from tests.ksef_simulator.client import FORM, Client, Envelope, sha


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


@dataclass
class Package:
    """A plain archive cut into encrypted parts; change anything before opening to make it wrong."""

    plain: bytes
    envelope: Envelope
    parts: list[bytes]
    compression: str | None = None

    @classmethod
    def of(cls, plain: bytes, *, parts: int = 1, compression: str | None = None) -> "Package":
        envelope = Envelope.fresh()
        size = -(-len(plain) // parts)
        cut = [envelope.encrypt(plain[start : start + size]) for start in range(0, len(plain), size)]
        return cls(plain, envelope, cut, compression)

    def file(self) -> dict[str, Any]:
        declared: dict[str, Any] = {
            "fileSize": len(self.plain),
            "fileHash": sha(self.plain),
            "fileParts": [
                {"ordinalNumber": number, "fileSize": len(part), "fileHash": sha(part)}
                for number, part in enumerate(self.parts, 1)
            ],
        }
        return declared | ({"compressionType": self.compression} if self.compression else {})

    def open(self, client: Client, file: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        body = {"formCode": FORM, "batchFile": file or self.file(), "encryption": client.encryption(self.envelope)}
        return client.post("/sessions/batch", body | more)

    def upload(self, opened: requests.Response) -> str:
        assert opened.status_code == 201, opened.text
        for request, part in zip(opened.json()["partUploadRequests"], self.parts, strict=False):
            answer = requests.put(request["url"], data=part, headers=request["headers"], timeout=30)
            assert answer.status_code == 201, answer.text
        reference: str = opened.json()["referenceNumber"]
        return reference

    def filed(self, client: Client, file: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Open, upload, close, and wait for the end."""
        reference = self.upload(self.open(client, file, **more))
        closed = client.close(reference, "batch")
        assert closed.status_code == 204, closed.text
        return client.settled_session(reference) | {"reference": reference}
