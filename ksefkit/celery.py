"""Celery rings; Postgres decides. No task carries policy, state or a time to run."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")

app = Celery("ksefkit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
