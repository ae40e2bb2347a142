"""Seals and opens the secrets of a connection's row; no other module of ours decrypts anything."""

from functools import lru_cache
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from apps.vault import (
    KeyProvider,
    LocalMasterKeys,
    SealedFor,
    SecretUnreadable,
    VaultMisconfigured,
    WrappedKey,
    new_data_key,
    open_sealed,
    seal,
)
from apps.vault.transit import HashicorpTransit, connect

from .models import TenantKey


class SecretHolder(Protocol):
    """A row of a tenant with `…_sealed` columns: a connection, or a KSeF session with its AES key."""

    pk: Any
    tenant_id: UUID
    key_version: int
    _meta: ClassVar[Any]


@lru_cache(maxsize=1)
def key_provider() -> KeyProvider:
    """The keeper of the master key that this installation chose; new data keys are wrapped by it."""
    return provider_named(settings.VAULT_PROVIDER)


@lru_cache(maxsize=4)
def provider_named(name: str) -> KeyProvider:
    """A keeper by name: what one wrapped, only it can unwrap, also after the installation changed to another."""
    if name == LocalMasterKeys.name:
        return LocalMasterKeys(settings.VAULT_MASTER_KEYS)
    if name == HashicorpTransit.name:
        return connect(
            settings.HASHICORP_VAULT_URL,
            settings.HASHICORP_VAULT_TOKEN,
            key=settings.HASHICORP_VAULT_KEY,
            mount=settings.HASHICORP_VAULT_MOUNT,
        )
    raise VaultMisconfigured(f"VAULT_PROVIDER is {name!r}; write local or hashicorp.")


def seal_into(holder: SecretHolder, **secrets: str | None) -> None:
    """Put secrets into `<name>_sealed` columns of a row; None wipes. The caller saves the row.

    All secrets of a row are under one version of the data key: the others are sealed anew when that has changed.
    """
    key = data_key(holder.tenant_id)
    kept = {} if holder.key_version == key.version else _opened_columns(holder)
    for column in sealed_columns(holder):
        name = column.removesuffix("_sealed")
        if name in secrets:
            _put(holder, column, secrets[name], key)
        elif column in kept:
            _put(holder, column, kept[column], key)
    unknown = secrets.keys() - {column.removesuffix("_sealed") for column in sealed_columns(holder)}
    if unknown:
        raise LookupError(f"{type(holder).__name__} keeps no secret named {sorted(unknown)}")
    holder.key_version = key.version


def open_secret(holder: SecretHolder, name: str) -> str | None:
    """The secret in `<name>_sealed`, or None when there is none. Raises SecretUnreadable."""
    column = f"{name}_sealed"
    sealed = getattr(holder, column)
    if sealed is None:
        return None
    key = data_key(holder.tenant_id, version=holder.key_version)
    return open_sealed(bytes(sealed), data_key=key.plain, place=_place(holder, column, key.version)).decode()


def sealed_columns(holder: "SecretHolder | type[models.Model]") -> list[str]:
    return [field.name for field in holder._meta.fields if field.name.endswith("_sealed")]


def secret_holders() -> list[Any]:
    """Every model with sealed columns, in whatever room: what a rotation must reach."""
    return [model for model in apps.get_models() if sealed_columns(model)]


def _opened_columns(holder: SecretHolder) -> dict[str, str]:
    opened = {column: open_secret(holder, column.removesuffix("_sealed")) for column in sealed_columns(holder)}
    return {column: secret for column, secret in opened.items() if secret is not None}


def _put(holder: SecretHolder, column: str, secret: str | None, key: "DataKey") -> None:
    place = _place(holder, column, key.version)
    setattr(holder, column, None if secret is None else seal(secret.encode(), data_key=key.plain, place=place))


class DataKey:
    """A tenant's data key in memory; its text never shows the key."""

    __slots__ = ("plain", "version")

    def __init__(self, *, version: int, plain: bytes) -> None:
        self.version = version
        self.plain = plain

    def __repr__(self) -> str:
        return f"DataKey(version={self.version})"


def data_key(tenant_id: UUID, *, version: int | None = None) -> DataKey:
    """A version of the tenant's data key, the newest unless said; the first is made on first use."""
    rows = TenantKey.objects.filter(tenant_id=tenant_id)
    row = (rows.filter(version=version) if version else rows.order_by("-version")).first()
    if row is None:
        if version:
            raise SecretUnreadable(f"Version {version} of the tenant's data key is gone.")
        return new_version(tenant_id)
    wrapped = WrappedKey(master_version=row.master_version, blob=bytes(row.wrapped))
    return DataKey(version=row.version, plain=provider_named(row.provider).unwrap(wrapped, tenant_id=tenant_id))


def new_version(tenant_id: UUID) -> DataKey:
    """Make the tenant's next data key; what is sealed from now on uses it."""
    plain = new_data_key()
    wrapped = key_provider().wrap(plain, tenant_id=tenant_id)
    newest = TenantKey.objects.filter(tenant_id=tenant_id).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    TenantKey.objects.create(
        tenant_id=tenant_id,
        version=version,
        provider=key_provider().name,
        master_version=wrapped.master_version,
        wrapped=wrapped.blob,
    )
    return DataKey(version=version, plain=plain)


def _place(holder: SecretHolder, column: str, version: int) -> SealedFor:
    return SealedFor(
        tenant_id=holder.tenant_id, row=f"{holder._meta.db_table}:{holder.pk}", field=column, key_version=version
    )
