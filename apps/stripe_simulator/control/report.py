from __future__ import annotations

from collections import Counter
from typing import Any

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.events import Event, ScenarioRun, WebhookDelivery, WebhookEndpoint
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.scenarios.register import SCENARIOS, Scenario
from apps.stripe_simulator.simulator import Simulator


def report(simulator: Simulator, change: Change) -> Json:
    """Figures: what is in the book, what was delivered, how the endpoints answered."""
    deliveries = list(change.newest_first(WebhookDelivery))
    answers = Counter(str(attempt.status) for delivery in deliveries for attempt in delivery.attempts[-1:])
    return {
        "account": change.account.id,
        "now": int(simulator.clock.now()),
        "invoices": dict(Counter(invoice.status for invoice in change.newest_first(Invoice))),
        "credit_notes": dict(Counter(note.status for note in change.newest_first(CreditNote))),
        "events": change.count(Event),
        "webhook_endpoints": change.count(WebhookEndpoint),
        "deliveries": dict(Counter(delivery.state for delivery in deliveries)),
        "attempts": sum(delivery.tries for delivery in deliveries),
        "last_answers": dict(answers),
        "waiting": simulator.sender.outbox.waiting,
        "held": simulator.sender.outbox.held,
    }


def expectations(change: Change) -> list[Json]:
    """The latest expectation for each document that a scenario made, oldest first."""
    latest: dict[str, Json] = {}
    for run in reversed(list(change.newest_first(ScenarioRun))):
        for expectation in run.expectations:
            latest[expectation.object] = {
                "id": expectation.object,
                "kind": expectation.kind,
                "number": number_of(change, expectation.object),
                "expected": expectation.expected,
                "scenario": run.scenario,
                "run": run.id,
            }
    return list(latest.values())


def run_json(change: Change, run: ScenarioRun) -> Json:
    return {
        "run": run.id,
        "scenario": run.scenario,
        "phase": run.phase,
        "phases": run.phases,
        "documents": [
            {
                "id": expectation.object,
                "kind": expectation.kind,
                "number": number_of(change, expectation.object),
                "expected": expectation.expected,
            }
            for expectation in run.expectations
        ],
    }


def scenario_json(scenario: Scenario) -> Json:
    return {
        "name": scenario.name,
        "description": {"pl": scenario.pl, "en": scenario.en},
        "expected": list(scenario.expected),
        "phases": len(scenario.phases),
        "sample": scenario.sample,
        "needs": list(scenario.needs),
    }


def scenarios_json() -> list[Json]:
    return [scenario_json(scenario) for scenario in SCENARIOS.values()]


def delivery_json(delivery: WebhookDelivery) -> Json:
    attempts: list[dict[str, Any]] = [
        {"at": attempt.at, "status": attempt.status, "milliseconds": attempt.milliseconds, "note": attempt.note}
        for attempt in delivery.attempts
    ]
    return {
        "id": delivery.id,
        "event": delivery.event,
        "type": delivery.event_type,
        "object": delivery.subject,
        "endpoint": delivery.endpoint,
        "state": delivery.state,
        "tries": delivery.tries,
        "due_at": delivery.due_at,
        "attempts": attempts,
    }


def number_of(change: Change, object_id: str) -> str | None:
    invoice = change.find(Invoice, object_id)
    if invoice is not None:
        return invoice.number
    note = change.find(CreditNote, object_id)
    return note.number if note else None
