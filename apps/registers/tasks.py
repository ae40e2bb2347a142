"""What workers are rung for; each task makes one call and holds no policy."""

from celery import shared_task
from django.utils import timezone

from .rates import load_rates


@shared_task
def refresh_rates() -> None:
    load_rates(at=timezone.now())
