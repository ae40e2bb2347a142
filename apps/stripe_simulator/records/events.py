from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from .base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Record):
    KIND: ClassVar[str] = "event"

    type: str
    subject: Record
    previous: Record | None = None
    api_version: str
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSecret:
    value: str
    expires_at: float | None = None  # set when a newer secret has replaced it


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint(Record):
    KIND: ClassVar[str] = "webhook_endpoint"

    url: str
    enabled_events: tuple[str, ...]
    secrets: tuple[SigningSecret, ...]
    api_version: str | None = None
    description: str | None = None
    status: str = "enabled"
    metadata: dict[str, str] = field(default_factory=dict)

    def wants(self, event_type: str) -> bool:
        return self.status == "enabled" and ("*" in self.enabled_events or event_type in self.enabled_events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver and what came back; status 0 means no answer."""

    at: float
    status: int
    milliseconds: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery(Record):
    """The work of getting one event to one endpoint."""

    KIND: ClassVar[str] = "delivery"

    event: str
    event_type: str
    subject: str
    endpoint: str
    state: str = "pending"  # pending, delivered, gave_up, dropped
    due_at: float = 0.0
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()  # the latest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSecret(Record):
    KIND: ClassVar[str] = "apps.secret"

    name: str
    payload: str
    scope_type: str
    scope_user: str | None = None
    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentAnswer(Record):
    """What a POST with an idempotency key was answered; its id is the key."""

    KIND: ClassVar[str] = "idempotent_answer"

    fingerprint: str
    request_id: str
    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the product should make of one document."""

    object: str
    kind: str  # invoice, credit_note or void
    expected: str  # filed, held:CODE or skipped:CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun(Record):
    KIND: ClassVar[str] = "scenario_run"

    scenario: str
    phase: int
    phases: int
    expectations: tuple[Expectation, ...]
