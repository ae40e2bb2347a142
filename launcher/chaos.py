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
from contextlib import suppress
from pathlib import Path

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
        for file in (self.folder / "run").glob("*.pid"):
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

    def filed(self) -> int:
        return int(self.ask("SELECT count(*) FROM filings_filing WHERE state = 'receipted'") or 0)

    def wait_until_filed(self, count: int) -> None:
        until = time.monotonic() + PATIENCE
        while (filed := self.filed()) < count:
            if time.monotonic() > until:
                raise Failure(f"{filed} of {count} documents were filed after {PATIENCE:.0f} s; see {self.folder}")
            if self.process is not None and self.process.poll() is not None:
                raise Failure(f"The service ended with code {self.process.returncode}; see {self.log}")
            time.sleep(0.3)

    def empty_broker(self) -> None:
        import redis  # among the packages, which are in place when this runs

        keys = json.loads((self.folder / "keys.json").read_text())
        ports = json.loads((self.folder / "ports.json").read_text())
        redis.Redis(host=HOST, port=ports["valkey"], password=keys["valkey"]).flushall()


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
    trial.wait_until_filed(DOCUMENTS // 6)
    say(f"{trial.filed()} are filed; killing every process with -9: {trial.kill_everything()} killed")
    began = time.monotonic()
    trial.start("run")
    trial.wait_until_filed(DOCUMENTS // 2)
    say(f"{trial.filed()} are filed; emptying the broker")
    trial.empty_broker()
    trial.wait_until_filed(DOCUMENTS)
    say(f"All {DOCUMENTS} are filed, {time.monotonic() - began:.1f} s after the second start")
    faults = _faults(trial)
    code = trial.stop()
    if code:
        faults.append(f"the service ended with code {code} on Ctrl-C")
    for fault in faults:
        say(f"NOT AS IT SHOULD BE: {fault}")
    say("Chaos failed" if faults else "Nothing was lost and nothing was doubled")
    return 1 if faults else 0


def _faults(trial: Trial) -> list[str]:
    """What the database tells of losses and doubles; the simulator itself refuses a second document of one number."""
    questions = {
        "documents without a filing": "SELECT count(*) FROM documents_sourcedocument d WHERE NOT EXISTS "
        "(SELECT FROM filings_filing f WHERE f.stripe_id = d.stripe_id)",
        "documents that are not filed": "SELECT count(*) FROM filings_filing WHERE state <> 'receipted'",
        "documents filed more than once": "SELECT count(*) FROM (SELECT stripe_id FROM filings_filing "
        "WHERE state = 'receipted' GROUP BY stripe_id HAVING count(*) > 1) AS doubled",
        "attempts that KSeF refused as a duplicate of another document": "SELECT count(*) FROM filings_filingattempt "
        "WHERE outcome = 'rejected'",
    }
    faults = []
    for name, question in questions.items():
        count = trial.ask(question)
        if count != "0":
            faults.append(f"{name}: {count or 'the database gave no answer'}")
    return faults
