from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.events import ScenarioRun

from .register import SCENARIOS
from .stage import Stage


def run(change: Change, name: str) -> ScenarioRun:
    """Play a scenario's first phase."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise Refusal(f"There is no scenario called {name}.", code="resource_missing")
    stage = Stage(change)
    scenario.phases[0](stage)
    return change.put(
        ScenarioRun(
            id=new_id("run"),
            created=change.at,
            scenario=name,
            phase=1,
            phases=len(scenario.phases),
            expectations=tuple(stage.expectations),
        )
    )


def go_on(change: Change, run_id: str) -> ScenarioRun:
    """Play the next phase of a run, for instance once the first one has been filed."""
    known = change.get(ScenarioRun, run_id)
    if known.phase >= known.phases:
        raise Refusal(f"Scenario run {run_id} has no further phase.")
    stage = Stage(change, known.expectations)
    SCENARIOS[known.scenario].phases[known.phase](stage)
    return change.put(replace(known, phase=known.phase + 1, expectations=(*known.expectations, *stage.expectations)))
