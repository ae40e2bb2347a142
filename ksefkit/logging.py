"""One JSON object a line, for our own events and for what libraries log; secrets and addresses never reach it."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
# Names under which nothing is ever shown, whatever it holds.
SECRET_NAMES = re.compile(
    r"token|secret|password|passwd|authorization|cookie|private_key|api_key|sealed|payload|xml|body|credential", re.I
)
# Ids, counts and moments of a secret are harmless and say what happened.
HARMLESS_NAMES = re.compile(r"_(id|at|count|version|kind|until)$|^lease_token$")
# What a secret or an address looks like wherever it stands.
SECRET_SHAPES = re.compile(
    r"(?:sk|rk|pk|whsec|kk)_[A-Za-z0-9_\-]{8,}"  # Stripe's and our own keys
    r"|eyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*"  # bearer tokens
    r"|\b\d{8}-[A-Z]{2}-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}\|[^\s\"']+"  # KSeF tokens
    r"|-----BEGIN[^-]*PRIVATE KEY-----[\s\S]*?(?:-----END[^-]*PRIVATE KEY-----|$)"
    r"|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"  # addresses of people
    r"|(?<=/join/)[\w\-]+"  # invitations
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # passwords in addresses of servers
)
Event = MutableMapping[str, Any]


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """The last processor before rendering; a string that looks like a secret is hidden wherever it stands."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name) and not HARMLESS_NAMES.search(name):
        return HIDDEN
    if isinstance(value, dict):
        return {str(key): _hidden(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return SECRET_SHAPES.sub(HIDDEN, str(value))


def _with_ids(_logger: Any, _method: str, event: Event) -> Event:
    from apps.tenants.context import current_tenant  # after the apps are ready

    tenant_id = current_tenant()
    if tenant_id is not None:
        event.setdefault("tenant", str(tenant_id))
    return event


def _number_of_request(_logger: Any, _method: str, event: Event) -> Event:
    """Django hands its log the request itself; a line keeps its number only."""
    if not isinstance(event.get("request", ""), str):
        event["request"] = getattr(event["request"], "number", "")
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    _number_of_request,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_ids,
]


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """Renders our own events and those of libraries alike."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )


def configure(level: str) -> None:
    """Set up structlog and the standard library's logging, once for each process."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": formatter}},
            "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["standard_error"], "level": level},
            "loggers": {
                # Every request and every query would be a line; the proxy and the database keep those.
                "django.db.backends": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
                "stripe": {"level": "WARNING"},
                "celery.redirected": {"level": "WARNING"},
            },
        }
    )
