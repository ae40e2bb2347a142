"""Key rotation, online and resumable: data keys under the newest master key, or secrets under a new data key."""

from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from apps.audit.record import record
from apps.tenants.context import acting_in
from apps.vault import WrappedKey

from .models import TenantKey
from .secrets import key_provider, new_version, provider_named, seal_into, sealed_columns, secret_holders


def rewrap(tenant_id: UUID) -> int:
    """Wrap the tenant's data keys with the current master key; those that are already are left. Returns how many.

    Killed half-way, each key is either as it was or done: the next run goes on with the rest.
    """
    keeper = key_provider()
    current = keeper.current_version
    with acting_in(tenant_id):
        rows = list(TenantKey.objects.filter(tenant_id=tenant_id).exclude(provider=keeper.name, master_version=current))
    for row in rows:
        old = WrappedKey(master_version=row.master_version, blob=bytes(row.wrapped))
        plain = provider_named(row.provider).unwrap(old, tenant_id=tenant_id)
        new = keeper.wrap(plain, tenant_id=tenant_id)
        with acting_in(tenant_id):
            TenantKey.objects.filter(pk=row.pk, wrapped=row.wrapped).update(
                provider=keeper.name, master_version=new.master_version, wrapped=new.blob
            )
            record(
                tenant_id=tenant_id,
                event="secrets.data_key_rewrapped",
                subject=row,
                data={"version": row.version, "master_version": new.master_version},
            )
    return len(rows)


def renew(tenant_id: UUID) -> int:
    """Make a new data key and seal every secret of the tenant with it. Returns how many rows were sealed anew."""
    with acting_in(tenant_id):
        version = new_version(tenant_id).version
        record(tenant_id=tenant_id, event="secrets.data_key_renewed", data={"version": version})
    return finish_renewal(tenant_id)


def finish_renewal(tenant_id: UUID) -> int:
    """Seal with the newest data key what an interrupted renewal left under an older one."""
    with acting_in(tenant_id):
        newest = TenantKey.objects.filter(tenant_id=tenant_id).aggregate(newest=Max("version"))["newest"]
    return sum(_seal_anew(tenant_id, model, newest) for model in secret_holders()) if newest else 0


def _seal_anew(tenant_id: UUID, model: Any, newest: int) -> int:
    columns = sealed_columns(model)
    holds_something = reduce(or_, (Q(**{f"{column}__isnull": False}) for column in columns))
    with acting_in(tenant_id):
        left = model.objects.filter(holds_something, tenant_id=tenant_id).exclude(key_version=newest)
        identifiers = list(left.values_list("pk", flat=True))
    done = 0
    for identifier in identifiers:
        with acting_in(tenant_id):
            holder = model.objects.select_for_update().get(pk=identifier)
            before = holder.key_version
            seal_into(holder)
            holder.save(update_fields=[*columns, "key_version"])
            done += holder.key_version != before
    return done
