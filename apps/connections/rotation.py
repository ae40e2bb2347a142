"""Key rotation, online and resumable: data keys under the newest master key, or secrets under a new data key."""

from uuid import UUID

from django.db import transaction

from apps.audit.record import record
from apps.tenants.context import acting_in
from apps.vault import WrappedKey

from .models import KsefConnection, StripeConnection, TenantKey
from .secrets import key_provider, new_version, provider_named, seal_into


def rewrap(tenant_id: UUID) -> int:
    """Wrap the tenant's data keys with the current master key; those that are already are left. Returns how many.

    Killed half-way, each key is either as it was or done: the next run goes on with the rest.
    """
    keeper = key_provider()
    current = keeper.current_version
    with acting_in(tenant_id):
        rows = list(TenantKey.objects.exclude(provider=keeper.name, master_version=current))
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
    done = 0
    for model in (StripeConnection, KsefConnection):
        with acting_in(tenant_id):
            identifiers = list(model.objects.exclude(key_version=0).values_list("pk", flat=True))
        for identifier in identifiers:
            with acting_in(tenant_id), transaction.atomic():
                holder = model.objects.select_for_update().get(pk=identifier)
                before = holder.key_version
                seal_into(holder)
                if holder.key_version != before:
                    holder.save()
                    done += 1
    return done
