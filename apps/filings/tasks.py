"""Celery's doorbells. They carry nothing: what is due stands in the database."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from .heart import hear
from .sweep import sweep as sweep_all
from .upkeep import keep_up
from .work import Worker

LONGEST = timedelta(seconds=20)


@shared_task
def tick() -> None:
    """Somebody rang, or a second has passed: work on what is due."""
    hear()
    Worker(clock=timezone.now, threads=settings.KSEF_THREADS).run(until=timezone.now() + LONGEST)


@shared_task
def sweep() -> None:
    """Find what a lost doorbell or a killed worker left behind."""
    sweep_all(clock=timezone.now)


@shared_task
def night() -> None:
    """Look after the lanes whose turn of the night has come."""
    keep_up(clock=timezone.now)
