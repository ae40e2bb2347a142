"""acting_in(): the one door to a tenant's rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

_current_tenant: ContextVar[UUID | None] = ContextVar("current_tenant", default=None)


def current_tenant() -> UUID | None:
    """The tenant of the transaction in progress, if any."""
    return _current_tenant.get()


@contextmanager
def acting_in(tenant_id: UUID, *, durable: bool = False) -> Iterator[None]:
    """Open a transaction in which the rows of this tenant, and no other, are visible and writable.

    `durable` asserts that it is the outermost one, so that leaving it is a commit.
    """
    before = _current_tenant.get()
    if before is not None and before != tenant_id and connection.in_atomic_block:
        raise RuntimeError("A transaction belongs to one tenant; leave it before acting in another.")
    nested = connection.in_atomic_block
    with transaction.atomic(durable=durable):
        _set_local("ksefkit.tenant", str(tenant_id))
        token = _current_tenant.set(tenant_id)
        try:
            yield
        finally:
            _current_tenant.reset(token)
        if nested and not connection.needs_rollback:
            # The outer transaction goes on: it must not keep a wider view than it had.
            _set_local("ksefkit.tenant", "" if before is None else str(before))


@contextmanager
def acting_as(user_id: UUID) -> Iterator[None]:
    """Open a transaction in which a person sees their own memberships and the tenants they belong to."""
    with transaction.atomic():
        _set_local("ksefkit.user", str(user_id))
        yield
        if not connection.needs_rollback:
            _set_local("ksefkit.user", "")


def _set_local(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
