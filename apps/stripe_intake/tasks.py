"""What workers are rung for; each task makes one call and holds no policy."""

from celery import shared_task
from django.utils import timezone

from .answered import ask_registers
from .work import work


@shared_task
def process_stripe_events() -> None:
    work(clock=timezone.now)


@shared_task
def ask_due_questions() -> None:
    ask_registers(clock=timezone.now)
