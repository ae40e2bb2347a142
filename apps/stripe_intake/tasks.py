"""What workers are rung for; each task makes one call and holds no policy."""

from celery import shared_task


@shared_task
def process_stripe_events() -> None:
    pass
