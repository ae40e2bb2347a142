"""Asks the Stripe simulator for documents, over its control API, and for what it has made so far."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .demo_verdict import FILED, Expected
from .keys import write_private
from .talk import Failure, say

CHUNK = 50
SECONDS = 120


@dataclass
class StripeSimulator:
    """The simulator at an address, and the file in which the demo keeps what it has asked for."""

    url: str
    key: str
    notes: Path
    has: frozenset[str] = frozenset()  # what scenarios may need besides us, such as exchange rates

    def play_samples(self) -> None:
        """Play each sample scenario that has not been played."""
        played = {document["scenario"] for document in self._expectations()}
        for scenario in self._call("GET", "/control/scenarios")["scenarios"]:
            if not scenario["sample"] or scenario["name"] in played:
                continue
            if lacking := set(scenario["needs"]) - self.has:
                say(f"Left out: {scenario['name']}, which needs {' and '.join(sorted(lacking))}")
                continue
            self._call("POST", f"/control/scenarios/{scenario['name']}")

    def want_generated(self, count: int) -> None:
        """Note down how many varied documents there shall be, so that a killed demo can be completed."""
        if not self.generated_missing():
            write_private(self.notes, json.dumps({"wanted": self.wanted() + count}))

    def generated_missing(self) -> int:
        return max(0, self.wanted() - len(self._generated()))

    def generate(self) -> None:
        """Make what is still missing, a part at a time."""
        missing = self.generated_missing()
        while missing > 0:
            missing -= self._call("POST", "/control/generate", count=min(CHUNK, missing), seed=missing)["count"]

    def go_on(self, filed: set[str]) -> bool:
        """Play the next step of each story whose documents are all filed; whether any was played."""
        stories = {item["name"] for item in self._call("GET", "/control/scenarios")["scenarios"] if item["phases"] > 1}
        runs: dict[str, list[str]] = {}
        for document in self._expectations():
            if document["scenario"] in stories:
                runs.setdefault(document["run"], []).append(document["id"])
        due = [run for run, documents in runs.items() if filed.issuperset(documents)]
        return any(self._continue(run) for run in due)

    def _continue(self, run: str) -> bool:
        """Whether the run had a further step."""
        return requests.post(f"{self.url}/control/runs/{run}/continue", timeout=SECONDS).ok

    def expected(self) -> list[Expected]:
        """What shall become of every document made so far."""
        promised = [
            Expected(item["scenario"], item["id"], item["expected"], item["kind"]) for item in self._expectations()
        ]
        return promised + [Expected("generated", document, FILED) for document in self._generated()]

    def _expectations(self) -> list[dict[str, Any]]:
        documents: list[dict[str, Any]] = self._call("GET", "/control/expectations")["documents"]
        return documents

    def _generated(self) -> list[str]:
        """The documents that no scenario made, in Stripe's own lists."""
        if not self.wanted():
            return []
        of_scenarios = {document["id"] for document in self._expectations()}
        made = [*self._listed("invoices"), *self._listed("credit_notes")]
        return [item["id"] for item in made if item["id"] not in of_scenarios and item["status"] != "draft"]

    def _listed(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"has_more": True}
        while page["has_more"]:
            after = {"starting_after": found[-1]["id"]} if found else {}
            answer = requests.get(
                f"{self.url}/v1/{kind}",
                params={"limit": "100", **after},
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=SECONDS,
            )
            page = _checked(answer)
            found += page["data"]
        return found

    def _call(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.request(method, self.url + path, json=body or None, timeout=SECONDS)
        return _checked(answer)

    def wanted(self) -> int:
        """How many varied documents were asked for in all."""
        return int(json.loads(self.notes.read_text())["wanted"]) if self.notes.exists() else 0


def make_documents(stripe: StripeSimulator | None, count: int | None, *, samples: bool) -> None:
    """Complete what an earlier demo began; then what is asked for now: `count` documents, or the samples."""
    if stripe is None:
        return
    if count:
        stripe.want_generated(count)
    stripe.generate()
    if not count and (samples or not stripe.wanted()):
        stripe.play_samples()


def _checked(answer: requests.Response) -> dict[str, Any]:
    if not answer.ok:
        raise Failure(f"{answer.request.method} {answer.url} answered {answer.status_code}: {answer.text[:300]}")
    body: dict[str, Any] = answer.json()
    return body
