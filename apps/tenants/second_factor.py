"""Keeps the secrets of authenticator apps sealed, and recovery codes as hashes once their owner has seen them."""

import base64
from functools import lru_cache
from typing import Any
from uuid import UUID

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from apps.vault import LocalMasterKeys, WrappedKey

from .models import User

# A person belongs to no tenant; this id binds the ciphertext to its use instead.
PEOPLE = UUID(int=1)
HASHED = "hash:"


class HashedCode(str):
    """A recovery code of which only a slow hash is known; it equals the code that was hashed."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        # A code of an authenticator app has six digits: it costs no hashing.
        if not isinstance(other, str) or len(other) != app_settings.RECOVERY_CODE_DIGITS:
            return False
        return check_password(other, str.__str__(self))

    __hash__ = str.__hash__


class SealedSecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth stores what these return."""

    def encrypt(self, text: str) -> str:
        wrapped = _keys().wrap(text.encode(), tenant_id=PEOPLE)
        return f"{wrapped.master_version}:{base64.b64encode(wrapped.blob).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        if encrypted_text.startswith(HASHED):
            return HashedCode(encrypted_text.removeprefix(HASHED))
        version, _, blob = encrypted_text.partition(":")
        wrapped = WrappedKey(master_version=int(version), blob=base64.b64decode(blob))
        return _keys().unwrap(wrapped, tenant_id=PEOPLE).decode()


def hash_codes_once_seen(*, instance: Authenticator, **_: Any) -> None:
    """Replace the seed of recovery codes by a hash of each unused code, right after the page that shows them once.

    The codes have 26 bits each, so a stolen database and master key must not be enough (OWASP ASVS 5.0, 6.5.2).
    """
    if instance.type != Authenticator.Type.RECOVERY_CODES or "seed" not in instance.data:
        return
    if not instance.data.get("viewed_at"):
        return
    hashes = [HASHED + make_password(code) for code in RecoveryCodes(instance).get_unused_codes()]
    kept = {"viewed_at": instance.data["viewed_at"], "migrated_codes": hashes}
    # Only the row: the page that is being answered still holds the codes in memory.
    Authenticator.objects.filter(pk=instance.pk).update(data=kept)


def has_no_second_factor(user: User) -> bool:
    """Recovery codes stand in for a lost factor; alone they are none."""
    return not is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


@lru_cache(maxsize=1)
def _keys() -> LocalMasterKeys:
    return LocalMasterKeys(settings.VAULT_MASTER_KEYS)
