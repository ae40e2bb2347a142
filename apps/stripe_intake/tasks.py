"""What workers are rung for; each task makes one call and holds no policy."""

from celery import shared_task
from django.utils import timezone

from .work import work


@shared_task
def process_stripe_events() -> None:
    work(clock=timezone.now)
