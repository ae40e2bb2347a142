from __future__ import annotations

import time

from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.scenarios.register import SCENARIOS
from apps.stripe_simulator.scenarios.running import go_on, run
from apps.stripe_simulator.scenarios.varied import Varied
from apps.stripe_simulator.simulator import Simulator

from .body import Body
from .report import number_of, run_json

_AT_MOST = 100_000


def run_one(simulator: Simulator, _body: Body, name: str) -> Json:
    with simulator.change() as change:
        return run_json(change, run(change, name))


def run_many(simulator: Simulator, body: Body) -> Json:
    """The named scenarios, or the sample set without those that need what the product is `lacking`."""
    lacking = frozenset(body.texts("lacking") or ())
    names = body.texts("names") or [
        scenario.name for scenario in SCENARIOS.values() if scenario.sample and lacking.isdisjoint(scenario.needs)
    ]
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise Refusal(f"There is no scenario called {', '.join(unknown)}.")
    return {"runs": [run_one(simulator, body, name) for name in names]}


def go_on_with(simulator: Simulator, _body: Body, run_id: str) -> Json:
    with simulator.change() as change:
        return run_json(change, go_on(change, run_id))


def generate(simulator: Simulator, body: Body) -> Json:
    """Make many varied documents; each is a change of its own, so delivering starts with the first."""
    count = body.integer("count", 10)
    if not 0 < count <= _AT_MOST:
        raise Refusal(f"count must be between 1 and {_AT_MOST}.")
    started = time.monotonic()
    varied = Varied(seed=body.integer("seed", 1), credit_notes=body.flag("credit_notes", True))
    documents = []
    for _ in range(count):
        with simulator.change() as change:
            document = varied.next(change)
            number = number_of(change, document.id)
        documents.append({"id": document.id, "kind": document.KIND, "number": number, "expected": "filed"})
    return {"count": count, "seconds": round(time.monotonic() - started, 3), "documents": documents}
