"""What beat rings for once a day; each task makes one call for each tenant and holds no policy."""

from pathlib import Path
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.tenants.context import acting_in
from apps.tenants.platform import for_each_tenant

from .chains import HeadsFile, check_chains
from .credentials import watch_credentials


@shared_task
def check_audit_chains() -> None:
    check_chains(HeadsFile(Path(settings.AUDIT_HEADS_FILE) if settings.AUDIT_HEADS_FILE else None), at=timezone.now())


@shared_task
def watch_all_credentials() -> None:
    for_each_tenant(_watch)


def _watch(tenant_id: UUID) -> None:
    with acting_in(tenant_id):
        watch_credentials(tenant_id, at=timezone.now())
