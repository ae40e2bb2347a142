"""`make chaos`: kill everything in the middle of the work, empty the broker, and see that each document is filed once.

It works in a folder of its own, so what `make run` keeps is not touched.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .packages import clean_environment
from .places import LOCAL, ROOT, private_folder
from .ports import HOST
from .postgres import Postgres
from .processes import MARK, end_session, recall
from .roles import run_psql
from .talk import Failure, say

DOCUMENTS = int(os.environ.get("DEMO_DOCUMENTS", "300"))
PATIENCE = 900.0


class Trial:
    """One service in a folder of its own, and what can be done to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "chaos.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: str, **settings: str) -> None:
        environment = clean_environment() | {MARK: str(self.folder), "PORT": "0"} | settings
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "launcher", command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_everything(self) -> int:
        """SIGKILL to the launcher first, so that it restarts nothing, then to each of its processes."""
        killed = 0
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            killed += 1
        files = (self.folder / "run").glob("*.pid")
        for file in sorted(files, key=lambda file: file.stem != "launcher"):
            identity = recall(file)
            if identity is not None and identity.alive():
                os.kill(identity.pid, signal.SIGKILL)
                killed += 1 + end_session(identity.pid, mark=self.folder)
        return killed

    def stop(self) -> int:
        """Ctrl-C, as a person would; the code it ended with."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def ask(self, question: str) -> str:
        """Ask the database as its administrator, who sees every row; empty while it cannot be asked."""
        try:
            keys = json.loads((self.folder / "keys.json").read_text())
            ports = json.loads((self.folder / "ports.json").read_text())
            postgres = Postgres(self.folder / "postgres", ports["postgres"], keys["postgres"], self.log)
            return run_psql(postgres.programs / "psql", postgres.url("ksefkit"), ["-c", question], log=self.log)
        except (FileNotFoundError, KeyError, ValueError, Failure):
            return ""

    def count(self, *states: str) -> int:
        """How many filings there are, or how many are in one of these states."""
        condition = f" WHERE state IN ({', '.join(map(repr, states))})" if states else ""
        return int(self.ask(f"SELECT count(*) FROM filings_filing{condition}") or 0)  # noqa: S608 - our own words

    def wait_until(self, what: str, true: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > until:
                raise Failure(f"Waited {PATIENCE:.0f} s in vain until {what}; see {self.folder}")
            if self.process is not None and self.process.poll() is not None:
                raise Failure(f"The service ended with code {self.process.returncode}; see {self.log}")
            time.sleep(0.1)
        say(f"{self.count('receipted')} of {self.count()} are filed; {what}")

    def at_ksef(self) -> list[dict[str, Any]]:
        """Every document that the KSeF simulator has accepted, by its own book."""
        ports = json.loads((self.folder / "ports.json").read_text())
        address = f"http://{HOST}:{ports['ksef-simulator']}/control/documents?count=1000000"
        with urllib.request.urlopen(address, timeout=60) as answer:
            found: list[dict[str, Any]] = json.load(answer)["documents"]
        return found

    def empty_broker(self) -> None:
        import redis  # among the packages, which are in place when this runs

        keys = json.loads((self.folder / "keys.json").read_text())
        ports = json.loads((self.folder / "ports.json").read_text())
        redis.Redis(host=HOST, port=ports["valkey"], password=keys["valkey"]).flushall()


def storm(words: list[str]) -> int:
    """Single processes and servers die at random while every answer of KSeF may be spoiled: see the package `chaos`."""
    command = [sys.executable, "-m", "chaos", *words]
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode


def chaos() -> int:
    """Exit code 0 when every document was filed exactly once through it all."""
    folder = private_folder(LOCAL / "chaos")
    trial = Trial(folder)
    trial.kill_everything()  # what an earlier trial that was killed itself left behind
    shutil.rmtree(folder)
    private_folder(folder)
    try:
        return _trial(trial)
    finally:
        if trial.process is not None and trial.process.poll() is None:
            trial.stop()


def _trial(trial: Trial) -> int:
    say(f"Filing {DOCUMENTS} documents")
    trial.start("demo", DEMO_DOCUMENTS=str(DOCUMENTS))
    trial.wait_until("the first quarter has come in", lambda: trial.count() >= DOCUMENTS // 4)
    say(f"Killed {trial.kill_everything()} processes with -9")
    began = time.monotonic()
    trial.start("run")
    trial.wait_until("documents are on their way", lambda: trial.count("sending", "sent", "unknown", "accepted") > 0)
    say(f"Killed {trial.kill_everything()} processes with -9")
    trial.start("run")
    trial.wait_until("half of them are filed", lambda: trial.count("receipted") >= DOCUMENTS // 2)
    trial.empty_broker()
    say("Emptied the broker")
    trial.wait_until("all of them are filed", lambda: trial.count("receipted") >= DOCUMENTS)
    say(f"That was {time.monotonic() - began:.1f} s after the first kill")
    faults = [*_faults_in_database(trial), *_faults_at_ksef(trial)]
    code = trial.stop()
    if code:
        faults.append(f"the service ended with code {code} on Ctrl-C")
    for fault in faults:
        say(f"NOT AS IT SHOULD BE: {fault}")
    say("Chaos failed" if faults else "Nothing was lost and nothing was doubled")
    return 1 if faults else 0


def _faults_in_database(trial: Trial) -> list[str]:
    questions = {
        "captured documents without a filing": "SELECT count(*) FROM documents_sourcedocument d WHERE NOT EXISTS "
        "(SELECT FROM filings_filing f WHERE f.stripe_id = d.stripe_id)",
        "documents that are not filed": "SELECT count(*) FROM filings_filing WHERE state <> 'receipted'",
        "documents with more than one filing": "SELECT count(*) - count(DISTINCT stripe_id) FROM filings_filing",
        "documents without a receipt": "SELECT count(*) FROM filings_filing WHERE upo_id IS NULL",
    }
    answers = {name: trial.ask(question) for name, question in questions.items()}
    return [f"{name}: {count or 'the database gave no answer'}" for name, count in answers.items() if count != "0"]


def _faults_at_ksef(trial: Trial) -> list[str]:
    """KSeF's own book must tell the same: each document once, and none sent again after it had arrived."""
    documents = trial.at_ksef()
    keys = {(document["nip"], document["kind"], document["number"]) for document in documents}
    numbers = set(trial.ask("SELECT ksef_number FROM filings_filing").split())
    faults = {
        f"KSeF accepted {len(documents)} documents": len(documents) != DOCUMENTS,
        f"KSeF accepted {len(documents) - len(keys)} documents twice": len(documents) != len(keys),
        "our KSeF numbers are not KSeF's": numbers != {document["ksefNumber"] for document in documents},
        "documents were sent again after they had arrived": any(document["sends"] > 1 for document in documents),
    }
    return [fault for fault, present in faults.items() if present]
