"""A bare KSeF client for these tests: every step visible, nothing shared with the one that ships."""

import base64
import hashlib
import os
import time
from dataclasses import dataclass
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from apps.ksef_simulator.server import Simulator
from tests.ksef_simulator.signing import Signer
from tests.ksef_simulator.signing import request as auth_token_request

FORM = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
OAEP = rsa_padding.OAEP(mgf=rsa_padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def sha(raw: bytes) -> str:
    return b64(hashlib.sha256(raw).digest())


@dataclass
class Envelope:
    """The AES key and vector of one session."""

    key: bytes
    iv: bytes

    @classmethod
    def fresh(cls) -> "Envelope":
        return cls(os.urandom(32), os.urandom(16))

    def encrypt(self, plain: bytes) -> bytes:
        padder = padding.PKCS7(128).padder()
        padded = padder.update(plain) + padder.finalize()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, encrypted: bytes) -> bytes:
        decryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        return unpadder.update(decryptor.update(encrypted) + decryptor.finalize()) + unpadder.finalize()


class Client:
    """Raw calls; every answer comes back as it is, nothing is retried."""

    simulator: Simulator

    def __init__(self, address: str, *, problem_details: bool = True) -> None:
        self.address = address
        self.http = requests.Session()
        if problem_details:
            self.http.headers["X-Error-Format"] = "problem-details"
        self.access: str | None = None
        self.refresh_token: str | None = None

    def call(self, method: str, path: str, *, bearer: str | None = "", **more: Any) -> requests.Response:
        headers = more.pop("headers", {})
        token = self.access if bearer == "" else bearer
        if token:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        return self.http.request(method, f"{self.address}/v2{path}", headers=headers, timeout=30, **more)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.call("POST", path, json=body, **more) if body is not None else self.call("POST", path, **more)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.address}/control{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, effect: str, operation: str = "*", **more: Any) -> Any:
        return self.control("POST", "/faults", {"effect": effect, "operation": operation, **more})

    def report(self) -> Any:
        return self.control("GET", "/report")

    def public_key(self, usage: str) -> tuple[rsa.RSAPublicKey, str]:
        keys = [key for key in self.get("/security/public-key-certificates").json() if usage in key["usage"]]
        newest = max(keys, key=lambda key: key["validFrom"])
        certificate = x509.load_der_x509_certificate(base64.b64decode(newest["certificate"]))
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        return key, newest["publicKeyId"]

    def challenge(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.post("/auth/challenge").json()
        return answer

    def start_token_sign_in(self, nip: str, token: str, **more: Any) -> requests.Response:
        challenge = self.challenge()
        key, key_id = self.public_key("KsefTokenEncryption")
        plain = f"{token}|{challenge['timestampMs']}".encode()
        body = {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": b64(key.encrypt(plain, OAEP)),
            "publicKeyId": key_id,
            **more,
        }
        return self.post("/auth/ksef-token", body)

    def start_signed_sign_in(self, signer: Signer, **request: str) -> requests.Response:
        document = auth_token_request(self.challenge()["challenge"], **request)
        return self.send_signed(signer.sign(document))

    def send_signed(self, document: bytes, query: str = "") -> requests.Response:
        return self.call(
            "POST", f"/auth/xades-signature{query}", data=document, headers={"Content-Type": "application/xml"}
        )

    def signed_in(self, signer: Signer, **request: str) -> "Client":
        """Another client, signed in with this certificate."""
        other = Client(self.address)
        other.simulator = self.simulator
        other.finish_sign_in(other.start_signed_sign_in(signer, **request))
        return other

    def sign_in_status(self, started: requests.Response) -> dict[str, Any]:
        assert started.status_code == 202, started.text
        token = started.json()["authenticationToken"]["token"]
        answer: dict[str, Any] = self.get(f"/auth/{started.json()['referenceNumber']}", bearer=token).json()
        return answer

    def finish_sign_in(self, started: requests.Response) -> None:
        assert started.status_code == 202, started.text
        token = started.json()["authenticationToken"]["token"]
        reference = started.json()["referenceNumber"]
        self.wait(lambda: self.get(f"/auth/{reference}", bearer=token).json()["status"]["code"] != 100)
        redeemed = self.post("/auth/token/redeem", bearer=token)
        assert redeemed.status_code == 200, self.get(f"/auth/{reference}", bearer=token).text
        self.access = redeemed.json()["accessToken"]["token"]
        self.refresh_token = redeemed.json()["refreshToken"]["token"]

    def sign_in(self, nip: str, token: str) -> "Client":
        self.finish_sign_in(self.start_token_sign_in(nip, token))
        return self

    def encryption(self, envelope: Envelope) -> dict[str, str]:
        key, key_id = self.public_key("SymmetricKeyEncryption")
        return {
            "encryptedSymmetricKey": b64(key.encrypt(envelope.key, OAEP)),
            "initializationVector": b64(envelope.iv),
            "publicKeyId": key_id,
        }

    def open_online(self, envelope: Envelope | None = None) -> tuple[str, Envelope]:
        envelope = envelope or Envelope.fresh()
        opened = self.post("/sessions/online", {"formCode": FORM, "encryption": self.encryption(envelope)})
        assert opened.status_code == 201, opened.text
        return opened.json()["referenceNumber"], envelope

    def send(self, session: str, envelope: Envelope, xml: bytes, **more: Any) -> requests.Response:
        encrypted = envelope.encrypt(xml)
        body = {
            "invoiceHash": sha(xml),
            "invoiceSize": len(xml),
            "encryptedInvoiceHash": sha(encrypted),
            "encryptedInvoiceSize": len(encrypted),
            "encryptedInvoiceContent": b64(encrypted),
            **more,
        }
        return self.post(f"/sessions/online/{session}/invoices", body)

    def sent(self, session: str, envelope: Envelope, xml: bytes, **more: Any) -> dict[str, Any]:
        """Send and wait until the document is settled."""
        answer = self.send(session, envelope, xml, **more)
        assert answer.status_code == 202, answer.text
        return self.settled(session, answer.json()["referenceNumber"])

    def document(self, session: str, reference: str) -> dict[str, Any]:
        status: dict[str, Any] = self.get(f"/sessions/{session}/invoices/{reference}").json()
        return status

    def settled(self, session: str, reference: str) -> dict[str, Any]:
        self.wait(lambda: self.document(session, reference)["status"]["code"] >= 200)
        return self.document(session, reference)

    def session(self, reference: str) -> dict[str, Any]:
        status: dict[str, Any] = self.get(f"/sessions/{reference}").json()
        return status

    def settled_session(self, reference: str) -> dict[str, Any]:
        self.wait(lambda: self.session(reference)["status"]["code"] >= 200)
        return self.session(reference)

    def close(self, session: str, kind: str = "online") -> requests.Response:
        return self.post(f"/sessions/{kind}/{session}/close")

    @staticmethod
    def wait(done: Any, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "nothing happened in time"
            time.sleep(0.02)


def codes(answer: requests.Response) -> list[int]:
    """The KSeF codes of a 400 answer in the Problem Details form."""
    assert answer.status_code == 400, answer.text
    return [error["code"] for error in answer.json()["errors"]]


def details(answer: requests.Response) -> list[str]:
    return [text for error in answer.json()["errors"] for text in error["details"]]
