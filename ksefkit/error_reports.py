"""Reports of unexpected errors to Sentry, where an operator configured it: without bodies, variables or secrets."""

from typing import Any

import sentry_sdk

from .logging import hide_secrets


def start(dsn: str, **options: Any) -> None:
    """Called once for each process, from the settings; tests pass a transport of their own."""
    sentry_sdk.init(
        dsn=dsn,
        # A form may hold a token, a delivery holds an invoice: no body leaves, whatever its fields are called.
        data_collection={
            "user_info": False,
            "cookies": {"mode": "off"},
            "url_query_params": {"mode": "off"},
            "http_bodies": [],
            "database_query_data": False,
            "queues": False,
            "stack_frame_variables": False,
        },
        before_send=without_secrets,
        **options,
    )


def without_secrets(event: Any, _hint: Any) -> Any:
    """The same cut as in the log; the moment stays as it was."""
    kept = {name: event[name] for name in ("event_id", "timestamp") if name in event}
    return {**hide_secrets(None, "", event), **kept}
