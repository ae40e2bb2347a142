"""Seals the secrets of authenticator apps and recovery codes with the installation's master key."""

import base64
from functools import lru_cache
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from apps.vault import LocalMasterKeys, WrappedKey

# A person belongs to no tenant; this id binds the ciphertext to its use instead.
PEOPLE = UUID(int=1)


class SealedSecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth stores what these return."""

    def encrypt(self, text: str) -> str:
        wrapped = _keys().wrap(text.encode(), tenant_id=PEOPLE)
        return f"{wrapped.master_version}:{base64.b64encode(wrapped.blob).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        version, _, blob = encrypted_text.partition(":")
        wrapped = WrappedKey(master_version=int(version), blob=base64.b64decode(blob))
        return _keys().unwrap(wrapped, tenant_id=PEOPLE).decode()


@lru_cache(maxsize=1)
def _keys() -> LocalMasterKeys:
    return LocalMasterKeys(settings.VAULT_MASTER_KEYS)
