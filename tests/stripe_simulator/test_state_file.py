"""The process itself: its ready line, its end, and what is left after it was killed."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from tests.stripe_simulator.conftest import KEY
from tests.stripe_simulator.receiver import Receiver, wait_until

ROOT = Path(__file__).parent.parent.parent


class Process:
    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "apps.stripe_simulator", "--port", "0", "--key", KEY, *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        word, self.url = self.process.stdout.readline().split()
        assert word == "stripe_simulator.ready"

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def control(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/control/{path}", json=body or None, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(
            self.url + path, headers={"Authorization": f"Bearer {KEY}"}, timeout=30
        ).json()
        return found

    def listen(self, receiver: Receiver) -> None:
        client = stripe.StripeClient(KEY, base_addresses={"api": self.url})
        made = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["invoice.finalized"]})
        receiver.secret = made.secret or ""


Launch = Callable[..., Process]


@pytest.fixture
def launch() -> Iterator[Launch]:
    running: list[Process] = []

    def launched(*options: str) -> Process:
        running.append(Process(*options))
        return running[-1]

    yield launched
    for process in running:
        if process.process.poll() is None:
            process.end(signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_asked_to(launch: Launch, tmp_path: Path, how: signal.Signals) -> None:
    process = launch("--state", str(tmp_path / "stripe.sqlite"))
    process.control("POST", "generate", count=20)

    assert process.end(how) == 0


def test_everything_is_there_again_after_a_kill(launch: Launch, tmp_path: Path) -> None:
    state = str(tmp_path / "stripe.sqlite")
    first = launch("--state", state)
    first.control("POST", "scenarios")
    paths = ("/v1/invoices", "/v1/credit_notes", "/v1/customers", "/v1/events", "/v1/tax_rates", "/v1/charges")
    before = [first.get(f"{path}?limit=100") for path in paths]
    promises = first.control("GET", "expectations")

    first.end(signal.SIGKILL)
    second = launch("--state", state)

    assert [second.get(f"{path}?limit=100") for path in paths] == before
    assert second.control("GET", "expectations") == promises
    (document,) = second.control("POST", "scenarios/domestic")["documents"]
    numbers = [found["number"] for found in before[0]["data"]]
    assert document["number"] not in numbers


def test_what_was_not_delivered_before_the_kill_is_delivered_after_it(
    launch: Launch, tmp_path: Path, receiver: Receiver
) -> None:
    state = str(tmp_path / "stripe.sqlite")
    receiver.answers = [503] * 1_000_000
    first = launch("--state", state, "--retry-base", "0.2", "--retry-cap", "0.5")
    first.listen(receiver)
    made = first.control("POST", "generate", count=30, credit_notes=False)["documents"]
    receiver.wait_for(10)

    first.end(signal.SIGKILL)
    receiver.answers = []
    receiver.deliveries.clear()
    second = launch("--state", state, "--retry-base", "0.2", "--retry-cap", "0.5")

    wait_until(lambda: len({event["data"]["object"]["id"] for event in receiver.events()}) == 30, seconds=20)
    assert {event["data"]["object"]["id"] for event in receiver.events()} == {found["id"] for found in made}
    receiver.verify_all()
    wait_until(lambda: second.control("GET", "report")["deliveries"] == {"delivered": 30})


def test_a_kill_in_the_middle_leaves_no_half_document(launch: Launch, tmp_path: Path) -> None:
    """Every invoice that was numbered has its event, and the numbers have no gap."""
    state = str(tmp_path / "stripe.sqlite")
    first = launch("--state", state)
    threading.Timer(0.7, first.process.kill).start()
    with pytest.raises(requests.ConnectionError):
        first.control("POST", "generate", count=50_000, credit_notes=False)
    first.end(signal.SIGKILL)
    second = launch("--state", state)

    count = sum(second.control("GET", "report")["invoices"].values())
    next_number = second.control("POST", "scenarios/domestic")["documents"][0]["number"]

    assert count > 0
    assert next_number == f"FVS-{count + 1:04d}"
    finalized = 0
    last = ""
    while True:
        page = second.get(f"/v1/events?type=invoice.finalized&limit=100{last}")
        finalized += len(page["data"])
        if not page["has_more"]:
            break
        last = f"&starting_after={page['data'][-1]['id']}"
    assert finalized == count + 1


def test_an_idempotency_key_outlives_a_kill(launch: Launch, tmp_path: Path) -> None:
    state = str(tmp_path / "stripe.sqlite")
    first = launch("--state", state)

    def create(process: Process) -> str:
        client = stripe.StripeClient(KEY, base_addresses={"api": process.url})
        return client.v1.customers.create({"name": "Globex"}, options={"idempotency_key": "k"}).id

    made = create(first)
    first.end(signal.SIGKILL)

    assert create(launch("--state", state)) == made


def test_the_clock_can_start_on_another_day(launch: Launch) -> None:
    process = launch("--clock", "2026-10-05T10:00:00Z", "--invoice-prefix", "ABCSW")

    document = process.control("POST", "scenarios/blik")["documents"][0]

    invoice = process.get(f"/v1/invoices/{document['id']}")
    assert 0 <= invoice["effective_at"] - 1_791_194_400 < 60
    assert invoice["number"] == "ABCSW-0001"


def test_options_reach_the_account(launch: Launch) -> None:
    process = launch(
        "--account-id", "acct_1SGlobex", "--account-name", "Globex", "--without", "rak_event_read",
        "--api-version", "2025-08-27.basil", "--rounding", "invoice",
    )  # fmt: skip

    assert process.get("/v1/account")["id"] == "acct_1SGlobex"
    assert "rak_event_read" in process.get("/v1/events")["error"]["message"]
