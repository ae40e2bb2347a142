"""Who keeps the master key: here, versioned keys from the environment."""

import base64
import binascii
import os
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .envelope import KEY_SIZE, NONCE_SIZE
from .errors import SecretUnreadable, VaultMisconfigured


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A tenant's data key under a version of the master key."""

    master_version: int
    blob: bytes


class KeyProvider(Protocol):
    """Wraps and unwraps data keys; the master key never leaves it."""

    name: str

    def wrap(self, data_key: bytes, *, tenant_id: UUID) -> WrappedKey: ...

    def unwrap(self, wrapped: WrappedKey, *, tenant_id: UUID) -> bytes: ...

    @property
    def current_version(self) -> int: ...


class LocalMasterKeys:
    """Master keys given as "1:base64,2:base64"; the highest version wraps, all unwrap."""

    name = "local"

    def __init__(self, text: str) -> None:
        self._keys = dict(_parse_key(item) for item in text.split(",") if item.strip())
        if not self._keys:
            raise VaultMisconfigured(
                "VAULT_MASTER_KEYS is empty. Write version:key, e.g. 1:<32 random bytes in base64>."
            )

    def __repr__(self) -> str:
        return f"LocalMasterKeys(versions={sorted(self._keys)})"

    @property
    def current_version(self) -> int:
        return max(self._keys)

    def wrap(self, data_key: bytes, *, tenant_id: UUID) -> WrappedKey:
        nonce = os.urandom(NONCE_SIZE)
        version = self.current_version
        blob = nonce + AESGCM(self._keys[version]).encrypt(nonce, data_key, _wrapped_for(tenant_id, version))
        return WrappedKey(master_version=version, blob=blob)

    def unwrap(self, wrapped: WrappedKey, *, tenant_id: UUID) -> bytes:
        key = self._keys.get(wrapped.master_version)
        if key is None:
            raise SecretUnreadable(f"Master key version {wrapped.master_version} is not configured.")
        associated = _wrapped_for(tenant_id, wrapped.master_version)
        try:
            return AESGCM(key).decrypt(wrapped.blob[:NONCE_SIZE], wrapped.blob[NONCE_SIZE:], associated)
        except (InvalidTag, ValueError):
            raise SecretUnreadable(
                f"The data key does not open with master key version {wrapped.master_version}."
            ) from None


def _parse_key(item: str) -> tuple[int, bytes]:
    version, _, encoded = item.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not version.isdecimal() or len(key) != KEY_SIZE:
        raise VaultMisconfigured("VAULT_MASTER_KEYS is malformed: each item is version:base64 of exactly 32 bytes.")
    return int(version), key


def _wrapped_for(tenant_id: UUID, version: int) -> bytes:
    return f"ksefkit-data-key-1\x1f{tenant_id}\x1f{version}".encode()
