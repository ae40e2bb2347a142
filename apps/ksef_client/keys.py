"""KSeF's public keys: fetched, checked, chosen by usage and date, cached, and refetched when KSeF rotates them."""

import base64
import binascii
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.ksef_client import endpoints
from apps.ksef_client.codes import UNKNOWN_KEY
from apps.ksef_client.crypto import sha256
from apps.ksef_client.errors import KsefError, Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.reading import Fields, Unreadable

T = TypeVar("T")

TOKEN_ENCRYPTION = "KsefTokenEncryption"  # noqa: S105  # nosec B105  # the name of a usage
SYMMETRIC_KEY_ENCRYPTION = "SymmetricKeyEncryption"

LIFE = timedelta(hours=24)
SHORTEST_LIFE = timedelta(minutes=10)
BEFORE_EXPIRY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One certificate of KSeF whose identifiers we have recomputed."""

    certificate: bytes = field(repr=False)
    public_key_id: str
    valid_from: datetime
    valid_to: datetime
    usage: frozenset[str]

    @property
    def is_rsa(self) -> bool:
        """Whether it is of the only kind whose use KSeF documents; how to encrypt for EC would be a guess."""
        return isinstance(x509.load_der_x509_certificate(self.certificate).public_key(), rsa.RSAPublicKey)

    def rsa_key(self) -> rsa.RSAPublicKey:
        """The key itself; another kind is a clear failure."""
        key = x509.load_der_x509_certificate(self.certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise Unavailable("KSeF has published a public key of a kind this program does not know.")
        return key


@dataclass(frozen=True, slots=True)
class KeySet:
    """What was fetched, and until when it is used without asking again."""

    keys: tuple[PublicKey, ...]
    fetched_at: datetime
    fresh_until: datetime


class KeyCache(Protocol):
    """Where fetched keys are kept between calls; one per environment base URL."""

    def load(self, base_url: str) -> KeySet | None: ...

    def store(self, base_url: str, keys: KeySet) -> None: ...


class MemoryKeyCache:
    """A cache for one process."""

    def __init__(self) -> None:
        self._sets: dict[str, KeySet] = {}
        self._lock = threading.Lock()

    def load(self, base_url: str) -> KeySet | None:
        with self._lock:
            return self._sets.get(base_url)

    def store(self, base_url: str, keys: KeySet) -> None:
        with self._lock:
            self._sets[base_url] = keys


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller's cache, and the jitter (0 to 1) that keeps many workers from refetching at once."""

    cache: KeyCache
    jitter: Callable[[], float]

    def with_key(self, ksef: Ksef, usage: str, attempt: Callable[[PublicKey], T]) -> T:
        """Do something with the key for a usage; if KSeF has withdrawn that key, refetch and repeat once."""
        key = choose(self._current(ksef).keys, usage, at=ksef.clock())
        try:
            return attempt(key)
        except KsefError as error:
            if not error.has_code(UNKNOWN_KEY):
                raise
        return attempt(choose(self._fetch(ksef).keys, usage, at=ksef.clock()))

    def _current(self, ksef: Ksef) -> KeySet:
        known = self.cache.load(ksef.environment.base_url)
        return known if known and ksef.clock() < known.fresh_until else self._fetch(ksef)

    def _fetch(self, ksef: Ksef) -> KeySet:
        keys, now = fetch_public_keys(ksef), ksef.clock()
        found = KeySet(keys, now, _fresh_until(keys, now, self.jitter()))
        self.cache.store(ksef.environment.base_url, found)
        return found


def fetch_public_keys(ksef: Ksef) -> tuple[PublicKey, ...]:
    """Ask KSeF for its certificates; entries that are not what their identifiers say are left out."""
    answer = ksef.call(endpoints.PUBLIC_KEYS)
    keys = answer.into_list(_public_key)
    return tuple(key for key in keys if key is not None)


def choose(keys: tuple[PublicKey, ...], usage: str, *, at: datetime) -> PublicKey:
    """The key with the latest start among those valid now for a usage, of the kinds we can encrypt for."""
    valid = [key for key in keys if usage in key.usage and key.valid_from <= at < key.valid_to]
    usable = [key for key in valid if key.is_rsa]
    if valid and not usable:
        raise Unavailable(f"KSeF has published no public key for {usage} of a kind this program knows.")
    if not usable:
        raise Unavailable(f"KSeF has published no valid public key for {usage}.")
    return max(usable, key=lambda key: key.valid_from)


def _public_key(fields: Fields) -> PublicKey | None:
    try:
        der = base64.b64decode(fields.need_text("certificate"), validate=True)
        certificate = x509.load_der_x509_certificate(der)
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if sha256(spki) != fields.need_text("publicKeyId") or sha256(der) != fields.text("certificateId"):
            return None
        return PublicKey(
            der,
            fields.need_text("publicKeyId"),
            fields.need_moment("validFrom"),
            fields.need_moment("validTo"),
            frozenset(fields.texts("usage")),
        )
    except (Unreadable, ValueError, binascii.Error):
        return None


def _fresh_until(keys: tuple[PublicKey, ...], now: datetime, jitter: float) -> datetime:
    """At most a day, less a fifth by chance; a day before the next expiry if that is sooner."""
    by_age = now + LIFE * (1 - 0.2 * jitter)
    by_expiry = min((key.valid_to for key in keys if key.valid_to > now), default=now) - BEFORE_EXPIRY
    return max(min(by_age, by_expiry), now + SHORTEST_LIFE)
