"""Celery rings; Postgres decides. No task carries policy, state or a time to run."""

import os
from typing import Any

from celery import Celery, signals

from .broker import use_our_channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")

use_our_channel()
app = Celery("ksefkit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def refuse_dangerous_settings(**_: Any) -> None:
    """A worker with a missing master key must not start and fail document by document."""
    from apps.tenants.checks import refuse_to_start

    refuse_to_start()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django has set up logging already; that somebody listens keeps Celery from replacing it."""
