import os
import signal
import sys
import time

import pytest

from launcher import supervise
from launcher.processes import recall, spawn
from launcher.supervise import BROKER, DATABASE, SERVICE, Part, Supervisor


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    monkeypatch.setattr(supervise, "RUN", tmp_path / "run")
    monkeypatch.setattr(supervise, "LOGS", tmp_path)
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop_all()


def part(name, code, tmp_path, *, layer=SERVICE, **how):
    log = tmp_path / f"{name}.log"
    argv = [sys.executable, "-c", code]
    return Part(name, lambda: spawn(name, argv, env=dict(os.environ), log=log), layer=layer, **how)


def test_a_part_that_dies_is_started_again_and_that_is_said(supervisor, tmp_path, capsys):
    web = part("web", "import time; time.sleep(60)", tmp_path)
    first = supervisor.add(web)
    web.pause = 0.01

    first.kill()
    first.wait()
    supervisor.watch()
    time.sleep(0.05)
    supervisor.watch()

    assert web.process is not None
    assert web.process.pid != first.pid
    assert web.process.poll() is None
    assert recall(web.pid_file) == web.identity
    said = capsys.readouterr().out
    assert "web was ended by SIGKILL; it starts again" in said
    assert str(web.log) in said


def test_a_part_that_keeps_dying_is_given_longer_and_longer_pauses(supervisor, tmp_path):
    beat = part("beat", "raise SystemExit(3)", tmp_path)
    supervisor.add(beat)
    pauses = []

    for _ in range(8):
        beat.process.wait()
        supervisor.watch()
        pauses.append(beat.pause)
        beat.start_at = 0.0
        supervisor.watch()

    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30]


def test_a_part_that_ran_steadily_is_started_again_at_once(supervisor, tmp_path):
    beat = part("beat", "raise SystemExit(3)", tmp_path)
    supervisor.add(beat).wait()
    beat.pause = 30.0
    beat.born = time.monotonic() - 61

    supervisor.watch()

    assert beat.pause == 2.0


def test_what_stands_on_something_ends_before_it(supervisor, tmp_path):
    ends = tmp_path / "ends"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(ends)!r}, 'a').write(NAME + ' '); sys.exit(0)\n"
        "signal.signal(signal.ASKED, end); print('up', flush=True); time.sleep(60)"
    )
    for name, asked, layer in (
        ("postgres", "SIGINT", DATABASE),
        ("web", "SIGTERM", SERVICE),
        ("valkey", "SIGTERM", BROKER),
    ):
        text = code.replace("NAME", repr(name)).replace("ASKED", asked)
        supervisor.add(part(name, text, tmp_path, layer=layer, ask=signal.Signals[asked]))
        until = time.monotonic() + 10
        while "up" not in (tmp_path / f"{name}.log").read_text():
            assert time.monotonic() < until
            time.sleep(0.01)

    supervisor.stop_all()

    assert ends.read_text().split() == ["web", "valkey", "postgres"]
    assert not list((tmp_path / "run").glob("*.pid"))
