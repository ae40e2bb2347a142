"""What workers are rung for; each task makes one call and holds no policy."""

from celery import shared_task
from django.utils import timezone

from apps.registers.own import want_every_standing

from .answered import ask_registers, refresh_rates
from .work import work


@shared_task
def process_stripe_events() -> None:
    work(clock=timezone.now)


@shared_task
def ask_due_questions() -> None:
    ask_registers(clock=timezone.now)


@shared_task
def load_published_rates() -> None:
    refresh_rates(at=timezone.now())


@shared_task
def check_own_companies() -> None:
    want_every_standing(at=timezone.now())
