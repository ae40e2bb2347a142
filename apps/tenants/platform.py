"""Work across tenants: ids come from SECURITY DEFINER functions, the work is done inside each tenant."""

from collections.abc import Callable
from uuid import UUID

import structlog
from django.db import connection

log = structlog.get_logger(__name__)


def tenant_ids() -> list[UUID]:
    """Every tenant's id; nothing else is visible across tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_tenant_ids()")
        return [row[0] for row in cursor.fetchall()]


def for_each_tenant(work: Callable[[UUID], object]) -> None:
    """Do a round's work for each tenant; what fails for one is logged and does not keep it from those after it."""
    for tenant_id in tenant_ids():
        try:
            work(tenant_id)
        except Exception:
            log.exception("tenant.round_failed", tenant=str(tenant_id), work=getattr(work, "__name__", str(work)))
