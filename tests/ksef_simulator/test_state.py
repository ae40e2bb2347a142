import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import requests

from apps.ksef_simulator.store import Store
from tests.ksef_simulator.client import Client, codes
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.packages import Package, zipped
from tests.ksef_simulator.signing import Signer


@pytest.fixture
def process(tmp_path: Path) -> Iterator["Process"]:
    running = Process(tmp_path / "state")
    yield running
    running.kill()


class Process:
    """The simulator as the command that people run."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._running: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> Client:
        command = [sys.executable, "-m", "apps.ksef_simulator", "--port", "0", "--state", str(self._state), *options]
        self._running = subprocess.Popen(
            [*command, "--token", f"{SELLER}={TOKEN}", "--no-limits", "--storage-delay", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._running.stdout
        line = self._running.stdout.readline()
        assert line.startswith("KSeF simulator ready at http://127.0.0.1:"), line
        return Client(line.split()[-1])

    def kill(self, signal_number: int = signal.SIGKILL) -> int:
        if self._running is None:
            return 0
        os.kill(self._running.pid, signal_number)
        code = self._running.wait(60)
        assert self._running.stdout
        self._running.stdout.close()
        self._running = None
        return code


def test_an_acknowledged_document_survives_kill_9(process: Process) -> None:
    acme = process.start().sign_in(SELLER, TOKEN)
    session, envelope = acme.open_online()
    sent = [acme.send(session, envelope, invoice(f"FV/{number}")).json()["referenceNumber"] for number in range(20)]
    before = [acme.document(session, reference)["ksefNumber"] for reference in sent]
    receipt = acme.get(f"/sessions/{session}/invoices/{sent[0]}/upo").content

    process.kill()
    again = process.start()
    again.access, again.refresh_token = acme.access, acme.refresh_token

    assert [again.document(session, reference)["ksefNumber"] for reference in sent] == before
    assert again.get(f"/sessions/{session}/invoices/{sent[0]}/upo").content == receipt
    assert again.get(f"/invoices/ksef/{before[3]}").content == invoice("FV/3")
    assert again.sent(session, envelope, invoice("FV/0"))["status"]["code"] == 440
    assert again.post("/auth/token/refresh", bearer=again.refresh_token).status_code == 200


def test_a_package_that_was_in_work_is_finished_after_kill_9(process: Process) -> None:
    acme = process.start().sign_in(SELLER, TOKEN)
    package = Package.of(zipped({f"{number}.xml": invoice(f"B/{number}") for number in range(400)}))
    reference = package.upload(package.open(acme))
    assert acme.close(reference, "batch").status_code == 204

    process.kill()
    again = process.start()
    again.access = acme.access
    status = again.settled_session(reference)

    assert status["status"]["code"] == 200
    assert status["successfulInvoiceCount"] == 400


def test_sigterm_ends_the_command_cleanly(process: Process) -> None:
    client = process.start()
    client.challenge()

    assert process.kill(signal.SIGTERM) == 0
    with pytest.raises(requests.ConnectionError):
        client.challenge()


def test_everything_people_made_survives_a_restart(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "kept"
    acme = start(state=state).signed_in(Signer())
    token = acme.post("/tokens", {"permissions": ["InvoiceWrite"], "description": "Pierwszy token"}).json()
    acme.post("/testdata/attachment", {"nip": SELLER})
    acme.post("/testdata/context/block", {"contextIdentifier": {"type": "Nip", "value": "5252344078"}})
    acme.control("POST", "/clock", {"advance": 3600})
    keys = acme.get("/security/public-key-certificates").json()
    acme.simulator.close()

    again = start(state=state)

    assert again.get("/security/public-key-certificates").json() == keys
    assert again.control("GET", "/clock")["offset"] == pytest.approx(3600)
    again.sign_in(SELLER, token["token"])
    assert again.get("/tokens").json()["tokens"][0]["description"] == "Pierwszy token"
    assert again.simulator.system.access.may_attach(SELLER)
    blocked = again.start_token_sign_in("5252344078", token["token"])
    assert again.sign_in_status(blocked)["status"]["code"] == 480


def test_without_a_state_nothing_is_left_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "apps.ksef_simulator"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.getcwd()}
    ) as running:
        assert running.stdout
        address = running.stdout.readline().split()[-1]
        assert requests.post(f"{address}/v2/auth/challenge", timeout=30).status_code == 200
        running.terminate()
        assert running.wait(60) == 0

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--token", "123=x"], ["--token", SELLER], ["--limits", "nowhere.json"]])
def test_wrong_options_are_refused_in_one_line(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "apps.ksef_simulator", *arguments], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "error:" in done.stderr.splitlines()[-1]


def test_limits_may_come_from_a_file(start: Start, tmp_path: Path) -> None:
    values = {"other": {"perSecond": 1, "perMinute": 1, "perHour": 1}}

    acme = start(limits="file", limit_values=values).sign_in(SELLER, TOKEN)

    assert acme.get("/rate-limits").json()["other"] == values["other"]
    assert acme.get("/rate-limits").status_code == 429
    assert codes(acme.post("/tokens")) == [21405]


def test_what_cannot_be_kept_whole_is_not_kept_in_part_and_the_next_is() -> None:
    store = Store(None)

    with pytest.raises(sqlite3.Error):
        store.put_many([("setting", "half", 1)], packed=[("content", cast("bytes", object()))])
    store.set("whole", 2)

    assert (store.setting("half"), store.setting("whole")) == (None, 2)
    store.close()
