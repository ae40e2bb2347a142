from __future__ import annotations

from dataclasses import asdict

from apps.stripe_simulator.faults import WEBHOOK_FAULTS, ApiFault, WebhookFault
from apps.stripe_simulator.operations import endpoints
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import WebhookEndpoint
from apps.stripe_simulator.simulator import Simulator

from .body import Body


def list_faults(simulator: Simulator, _body: Body) -> Json:
    return {"faults": [asdict(fault) for fault in simulator.faults.active()]}


def add_api_fault(simulator: Simulator, body: Body) -> Json:
    """The next calls answer 429, 500, HTML, half a body, or late."""
    fault = ApiFault(
        path=body.text("path", "/v1/") or "/v1/",
        method=body.text("method"),
        status=body.integer("status", 0) or None,
        reason=body.text("reason"),
        html=body.flag("html"),
        truncated=body.flag("truncated"),
        delay=body.number("delay", 0.0),
        times=_times(body),
    )
    return {"id": simulator.faults.add(fault)}


def add_webhook_fault(simulator: Simulator, body: Body) -> Json:
    kind = body.text("kind")
    if kind not in WEBHOOK_FAULTS:
        raise Refusal(f"kind must be one of {', '.join(WEBHOOK_FAULTS)}.")
    fault = WebhookFault(
        kind=kind,
        types=tuple(body.texts("types") or ()),
        seconds=body.number("seconds", 5.0),
        times=_times(body),
    )
    return {"id": simulator.faults.add(fault)}


def clear_faults(simulator: Simulator, _body: Body) -> Json:
    simulator.faults.clear()
    return {"faults": []}


def hold(simulator: Simulator, _body: Body) -> Json:
    simulator.sender.outbox.hold()
    return {"held": simulator.sender.outbox.held}


def release(simulator: Simulator, body: Body) -> Json:
    order = body.text("order", "same") or "same"
    if order not in ("same", "reverse", "shuffle"):
        raise Refusal("order must be same, reverse or shuffle.")
    return {"released": simulator.sender.outbox.let_go(order=order, spacing=body.number("spacing", 0.15))}


def roll_secret(simulator: Simulator, body: Body, id: str) -> Json:
    with simulator.change() as change:
        endpoint = endpoints.roll_secret(
            change, change.get(WebhookEndpoint, id), overlap=body.number("overlap", 86_400.0)
        )
    new, old = endpoint.secrets
    return {"id": endpoint.id, "secret": new.value, "previous_secret_expires_at": old.expires_at}


def _times(body: Body) -> int | None:
    """How often a fault strikes; 0 means until it is cleared."""
    return body.integer("times", 1) or None
