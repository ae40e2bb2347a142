"""Trouble on demand, for the API and for the webhooks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TypeVar

from .ids import new_id

F = TypeVar("F", "ApiFault", "WebhookFault")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiFault:
    """The next answers of matching API calls; `times` None means until it is cleared."""

    id: str = ""
    path: str = "/v1/"
    method: str | None = None
    status: int | None = None
    reason: str | None = None  # which limiter said no; only with 429
    html: bool = False
    truncated: bool = False
    delay: float = 0.0
    times: int | None = 1


WEBHOOK_FAULTS = (
    "duplicate",  # the same event twice
    "drop",  # never sent, as after three days of failures
    "delay",  # sent later
    "forget_answer",  # an answer counts as lost, so the event comes again
    "wrong_secret",
    "stale",  # signed an hour ago
    "future",  # signed an hour ahead
    "wrong_livemode",
    "wrong_account",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFault:
    id: str = ""
    kind: str
    types: tuple[str, ...] = ()  # event types; none means all
    seconds: float = 5.0
    times: int | None = 1


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._api: list[ApiFault] = []
        self._webhook: list[WebhookFault] = []

    def add(self, fault: ApiFault | WebhookFault) -> str:
        id = new_id("fault")
        with self._lock:
            if isinstance(fault, ApiFault):
                self._api.append(replace(fault, id=id))
            else:
                self._webhook.append(replace(fault, id=id))
        return id

    def clear(self) -> None:
        with self._lock:
            self._api.clear()
            self._webhook.clear()

    def active(self) -> list[ApiFault | WebhookFault]:
        with self._lock:
            return [*self._api, *self._webhook]

    def for_call(self, method: str, path: str) -> ApiFault | None:
        """The first fault that matches, used up by one."""
        with self._lock:
            for index, fault in enumerate(self._api):
                if path.startswith(fault.path) and fault.method in (None, method):
                    self._api[index : index + 1] = _used(fault)
                    return fault
        return None

    def for_delivery(self, event_type: str, kinds: tuple[str, ...]) -> list[WebhookFault]:
        """All faults of these kinds that match, each used up by one."""
        found = []
        with self._lock:
            left: list[WebhookFault] = []
            for fault in self._webhook:
                if fault.kind in kinds and (not fault.types or event_type in fault.types):
                    found.append(fault)
                    left.extend(_used(fault))
                else:
                    left.append(fault)
            self._webhook = left
        return found


def _used(fault: F) -> list[F]:
    if fault.times is None:
        return [fault]
    return [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
