"""Seals and opens the secrets of a connection's row; no other module of ours decrypts anything."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from apps.vault import KeyProvider, LocalMasterKeys, SealedFor, WrappedKey, new_data_key, open_sealed, seal

from .models import KsefConnection, StripeConnection, TenantKey

SecretHolder = StripeConnection | KsefConnection


@lru_cache(maxsize=1)
def key_provider() -> KeyProvider:
    """The keeper of the master key that this installation chose."""
    return LocalMasterKeys(settings.VAULT_MASTER_KEYS)


def seal_into(holder: SecretHolder, **secrets: str | None) -> None:
    """Put secrets into `<name>_sealed` columns of an unsaved or saved row; None wipes. The caller saves the row."""
    key = current_data_key(holder.tenant_id)
    for name, secret in secrets.items():
        column = f"{name}_sealed"
        holder._meta.get_field(column)
        sealed = None if secret is None else seal(secret.encode(), data_key=key.plain, place=_place(holder, column))
        setattr(holder, column, sealed)


def open_secret(holder: SecretHolder, name: str) -> str | None:
    """The secret in `<name>_sealed`, or None when there is none. Raises SecretUnreadable."""
    column = f"{name}_sealed"
    sealed = getattr(holder, column)
    if sealed is None:
        return None
    key = current_data_key(holder.tenant_id)
    return open_sealed(bytes(sealed), data_key=key.plain, place=_place(holder, column)).decode()


class DataKey:
    """A tenant's data key in memory; its text never shows the key."""

    __slots__ = ("plain", "version")

    def __init__(self, *, version: int, plain: bytes) -> None:
        self.version = version
        self.plain = plain

    def __repr__(self) -> str:
        return f"DataKey(version={self.version})"


def current_data_key(tenant_id: UUID) -> DataKey:
    """The newest data key of the tenant, made on first use."""
    row = TenantKey.objects.filter(tenant_id=tenant_id).order_by("-version").first()
    if row is None:
        return _first_data_key(tenant_id)
    wrapped = WrappedKey(master_version=row.master_version, blob=bytes(row.wrapped))
    return DataKey(version=row.version, plain=key_provider().unwrap(wrapped, tenant_id=tenant_id))


def _first_data_key(tenant_id: UUID) -> DataKey:
    plain = new_data_key()
    wrapped = key_provider().wrap(plain, tenant_id=tenant_id)
    with transaction.atomic():
        TenantKey.objects.create(
            tenant_id=tenant_id,
            version=1,
            provider=key_provider().name,
            master_version=wrapped.master_version,
            wrapped=wrapped.blob,
        )
    return DataKey(version=1, plain=plain)


def _place(holder: models.Model, column: str) -> SealedFor:
    tenant_id: UUID = holder.tenant_id  # type: ignore[attr-defined]  # both holders belong to a tenant
    return SealedFor(tenant_id=tenant_id, row=f"{holder._meta.db_table}:{holder.pk}", field=column, key_version=1)
