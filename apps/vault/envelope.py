"""AES-256-GCM of one secret, bound to the tenant, row, field and key version it was sealed for."""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import SecretUnreadable

NONCE_SIZE = 12
KEY_SIZE = 32

Sealed = bytes  # nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)


@dataclass(frozen=True, slots=True)
class SealedFor:
    """The one place where a sealed value may be opened."""

    tenant_id: UUID
    row: str
    field: str
    key_version: int

    @property
    def associated_data(self) -> bytes:
        parts = ("ksefkit-secret-1", str(self.tenant_id), self.row, self.field, str(self.key_version))
        return "\x1f".join(parts).encode()


def new_data_key() -> bytes:
    return os.urandom(KEY_SIZE)


def seal(secret: bytes, *, data_key: bytes, place: SealedFor) -> Sealed:
    """Encrypt a secret so that it opens only in its place."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(data_key).encrypt(nonce, secret, place.associated_data)


def open_sealed(sealed: Sealed, *, data_key: bytes, place: SealedFor) -> bytes:
    """Decrypt a secret in its place; raises SecretUnreadable anywhere else."""
    try:
        return AESGCM(data_key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], place.associated_data)
    except (InvalidTag, ValueError):
        raise SecretUnreadable(
            f"{place.field} of {place.row} does not open with key version {place.key_version}"
        ) from None
