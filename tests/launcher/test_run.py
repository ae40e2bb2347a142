"""`make run` itself, in a folder of its own: it starts, survives the death of its launcher, and ends in order."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from launcher import run as run_module
from launcher.checks import _without_settings
from launcher.processes import MARK, recall
from launcher.run import _alone
from launcher.talk import Failure

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"postgres", "valkey", "ksef-simulator", "registers-simulator", "web", "worker", "beat"}


class Service:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Nothing answers at this Stripe, so the demo gives up at once and the rest runs on.
        settings = {"PORT": "0", "STRIPE_LOCAL_URL": "http://127.0.0.1:9", "STRIPE_LOCAL_KEY": "rk_test_none"}
        self.environment = _without_settings(dict(os.environ)) | settings | {MARK: str(folder)}
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> str:
        """Start it and give back everything it said until it runs."""
        self.starts += 1
        log = self.folder / f"said-{self.starts}"
        with log.open("wb") as output:
            argv = [sys.executable, "-m", "launcher", "run"]
            self.process = subprocess.Popen(argv, cwd=ROOT, env=self.environment, stdout=output, stderr=output)
        until = time.monotonic() + 400
        while "Running at" not in (said := log.read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.1)
        return said

    def parts(self):
        return {file.stem: recall(file) for file in (self.folder / "run").glob("*.pid")}


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path)
    yield service
    if service.process and service.process.poll() is None:
        service.process.send_signal(signal.SIGINT)
        service.process.wait(120)


def test_a_run_survives_the_death_of_its_launcher_and_ends_in_order(service):
    said = service.start()
    first = service.parts()
    ports = json.loads((service.folder / "ports.json").read_text())

    assert first.keys() == PARTS | {"launcher"}
    assert "nothing answers there" in said or "stripe_unreachable" in said
    address = re.search(r"Running at (http://\S+) until", said)[1]
    with urllib.request.urlopen(address, timeout=30) as page:
        assert page.status == 200
    for private in ("keys.json", "run.env"):
        assert (service.folder / private).stat().st_mode & 0o777 == 0o600

    service.process.kill()
    service.process.wait()
    again = service.start()

    assert "Stopped what an earlier run left behind" in again
    assert not any(identity.alive() for identity in first.values())
    kept = json.loads((service.folder / "ports.json").read_text())
    assert kept["ksef-simulator"] == ports["ksef-simulator"]
    second = service.parts()

    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(120) == 0
    assert not any(identity.alive() for identity in second.values())
    assert service.parts() == {}


def test_a_folder_is_run_once_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "RUN", tmp_path)
    monkeypatch.setattr(run_module, "LOCK", tmp_path / "lock")

    with _alone(), pytest.raises(Failure, match="Another `make run`"), _alone():
        pass

    with _alone():
        pass
