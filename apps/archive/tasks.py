"""What beat rings for once a night; each tenant is a transaction of its own."""

from functools import partial
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps.audit.record import PLATFORM
from apps.tenants.context import acting_in
from apps.tenants.platform import for_each_tenant

from .closure import carry_out
from .retention import anonymise_answers, anonymise_due, erase_old_events, erase_old_words


@shared_task
def anonymise_old_documents() -> None:
    for_each_tenant(_anonymise)
    with acting_in(PLATFORM):
        erase_old_words(PLATFORM, at=timezone.now())


def _anonymise(tenant_id: UUID) -> None:
    with acting_in(tenant_id):
        anonymise_due(tenant_id, at=timezone.now())
        anonymise_answers(tenant_id, at=timezone.now())
        erase_old_events(tenant_id, at=timezone.now())
        erase_old_words(tenant_id, at=timezone.now())


@shared_task
def close_accounts() -> None:
    for_each_tenant(partial(carry_out, at=timezone.now()))
