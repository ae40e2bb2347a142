from __future__ import annotations

import time

from apps.stripe_simulator.api.access import PERMISSIONS
from apps.stripe_simulator.clock import read_moment
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import WebhookDelivery
from apps.stripe_simulator.simulator import Simulator

from .body import Body
from .report import delivery_json, expectations, report, scenarios_json

_LONGEST_WAIT = 300.0


def health(simulator: Simulator, _body: Body) -> Json:
    with simulator.change() as change:
        return {"ready": True, "account": change.account.id}


def show_report(simulator: Simulator, _body: Body) -> Json:
    with simulator.change() as change:
        return report(simulator, change)


def list_expectations(simulator: Simulator, _body: Body) -> Json:
    """Every document that a scenario made, with the outcome it should have."""
    with simulator.change() as change:
        return {"documents": expectations(change)}


def list_deliveries(simulator: Simulator, body: Body) -> Json:
    object_id, state, limit = body.text("object"), body.text("state"), body.integer("limit", 100)
    found: list[Json] = []
    with simulator.change() as change:
        for delivery in change.newest_first(WebhookDelivery):
            if object_id in (None, delivery.subject) and state in (None, delivery.state):
                found.append(delivery_json(delivery))
            if len(found) >= limit:
                break
    return {"deliveries": found}


def list_scenarios(_simulator: Simulator, _body: Body) -> Json:
    return {"scenarios": scenarios_json()}


def wait(simulator: Simulator, body: Body) -> Json:
    """Wait until every webhook was delivered or given up."""
    limit = time.monotonic() + min(body.number("seconds", 30.0), _LONGEST_WAIT)
    while (waiting := simulator.sender.outbox.waiting) and time.monotonic() < limit:
        time.sleep(0.02)
    return {"waiting": waiting}


def clock(simulator: Simulator, body: Body) -> Json:
    """Set the account's time, move it on, or return to the real one."""
    moment = body.text("now")
    if moment == "real":
        simulator.clock.real_time()
    elif moment:
        try:
            simulator.clock.set(read_moment(moment))
        except ValueError as problem:
            raise Refusal(f"now must be an ISO 8601 moment or 'real': {problem}") from problem
    if "advance" in body:
        simulator.clock.advance(body.number("advance", 0.0))
    return {"now": int(simulator.clock.now())}


def keys(simulator: Simulator, body: Body) -> Json:
    """Take permissions from the key, give them back, or revoke it altogether."""
    keyring = simulator.keyring
    known = frozenset(PERMISSIONS)
    allowed, removed = body.texts("permissions"), frozenset(body.texts("remove") or ())
    unknown = (frozenset(allowed or ()) | removed) - known
    if unknown:
        raise Refusal(f"No such permission: {', '.join(sorted(unknown))}.")
    keyring.allow((keyring.permissions if allowed is None else frozenset(allowed)) - removed)
    keyring.revoked = body.flag("revoked", keyring.revoked)
    return {"permissions": sorted(keyring.permissions), "revoked": keyring.revoked}
