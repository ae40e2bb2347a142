"""The public keys clients encrypt with: certificates, their ids, and rotation."""

import base64
import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from apps.ksef_simulator.certificates import ministry_certificate
from apps.ksef_simulator.clock import BEGINNING, Clock
from apps.ksef_simulator.store import Store

TOKEN_USAGE = "KsefTokenEncryption"  # noqa: S105 - the name of a key usage, not a secret
SYMMETRIC_USAGE = "SymmetricKeyEncryption"
# Wide enough that a clock set years back or ahead still finds a key.
LIFE = timedelta(days=15 * 365)
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass(slots=True)
class PublishedKey:
    certificate_id: str
    key_id: str
    usage: str
    private_pem: str
    certificate: bytes
    valid_from: datetime
    valid_to: datetime
    withdrawn: bool = False
    _key: rsa.RSAPrivateKey | None = field(default=None, repr=False)

    @property
    def private(self) -> rsa.RSAPrivateKey:
        if self._key is None:
            key = serialization.load_pem_private_key(
                self.private_pem.encode(), None, unsafe_skip_rsa_key_validation=True
            )
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError("published keys are RSA")
            self._key = key
        return self._key

    def usable(self, at: datetime) -> bool:
        return not self.withdrawn and self.valid_from <= at < self.valid_to


class UnknownKey(Exception):
    """The caller named a key that is not published for this use (21470)."""


class Undecryptable(Exception):
    """No key we hold opens what the caller sent."""


class KeyRing:
    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock, self._store = clock, store
        self._lock = threading.Lock()
        self.keys = list(store.all("key", PublishedKey))
        if not self.keys:
            for usage in (TOKEN_USAGE, SYMMETRIC_USAGE):
                self._publish(usage, BEGINNING)

    def published(self) -> list[PublishedKey]:
        now = self._clock.now()
        # A key is shown before it starts, so that clients can learn of a planned change in time.
        return [key for key in self.keys if not key.withdrawn and now < key.valid_to]

    def decrypt(self, ciphertext: bytes, usage: str, key_id: str | None) -> bytes:
        """Open with the named key, or with any usable key where the caller named none."""
        now = self._clock.now()
        candidates = [key for key in self.keys if key.usage == usage and key.usable(now)]
        if key_id is not None:
            candidates = [key for key in candidates if key.key_id == key_id]
            if not candidates:
                raise UnknownKey(key_id)
        for key in candidates:
            try:
                return key.private.decrypt(ciphertext, _OAEP)
            except ValueError:
                continue
        raise Undecryptable

    def knows(self, usage: str, key_id: str) -> bool:
        now = self._clock.now()
        return any(key.key_id == key_id and key.usage == usage and key.usable(now) for key in self.keys)

    def recertify(self, usage: str) -> PublishedKey:
        """A new certificate over the same key: another certificateId, the same publicKeyId."""
        current = self.current(usage)
        return self._publish(usage, self._clock.now(), current.private)

    def rotate(self, usage: str, *, emergency: bool, overlap: float = 86400.0) -> PublishedKey:
        """Publish a new key; the old one lives on for the overlap, or vanishes at once in an emergency."""
        now = self._clock.now()
        for key in self.keys:
            if key.usage == usage and key.usable(now):
                key.withdrawn = emergency
                key.valid_to = min(key.valid_to, now + timedelta(seconds=0 if emergency else overlap))
                self._store.put("key", key.certificate_id, key)
        return self._publish(usage, now)

    def current(self, usage: str) -> PublishedKey:
        now = self._clock.now()
        usable = [key for key in self.keys if key.usage == usage and key.usable(now)]
        return max(usable, key=lambda key: key.valid_from)

    def _publish(self, usage: str, start: datetime, private: rsa.RSAPrivateKey | None = None) -> PublishedKey:
        private = private or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        end = start + LIFE
        certificate = ministry_certificate(private, start, end)
        der = certificate.public_bytes(serialization.Encoding.DER)
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key = PublishedKey(_id(der), _id(public), usage, pem(private), der, start, end)
        with self._lock:
            self.keys.append(key)
        self._store.put("key", key.certificate_id, key)
        return key


def pem(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _id(der: bytes) -> str:
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
