import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from launcher import supervise
from launcher.processes import MARK, Identity, began, end_session, recall, remember, spawn, stop
from launcher.supervise import end_orphans

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
WITH_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('child', c.pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def start(tmp_path):
    started = []

    def start_it(argv):
        log = tmp_path / f"{len(started)}.log"
        process = spawn("sleeper", argv, env=dict(os.environ), log=log)
        started.append(process)
        wait_until(lambda: b"up" in log.read_bytes() or b"child" in log.read_bytes())
        return process, log

    yield start_it
    for process in started:
        process.kill()
        process.wait()


def wait_until(true, patience=10):
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_pid_file_names_a_process_by_number_and_start(start, tmp_path):
    process, _ = start(SLEEP)

    remember(tmp_path / "a.pid", process.pid)

    kept = recall(tmp_path / "a.pid")
    assert kept is not None
    assert kept.pid == process.pid
    assert kept.alive()


def test_another_process_with_the_same_number_is_a_stranger_and_gets_no_signal(start):
    process, _ = start(SLEEP)
    earlier = Identity(process.pid, "some earlier boot 42")

    stop(earlier)

    assert not earlier.alive()
    assert process.poll() is None


def test_a_process_that_ended_is_not_alive_even_while_nobody_has_collected_it(start):
    process, _ = start(SLEEP)
    identity = Identity(process.pid, began(process.pid) or "")

    os.kill(process.pid, signal.SIGKILL)

    wait_until(lambda: not identity.alive())
    assert process.returncode is None


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"pid": "x", "began": "y"}', '{"pid": 1}'])
def test_a_pid_file_cut_short_by_a_crash_is_no_pid_file(tmp_path, broken):
    (tmp_path / "a.pid").write_text(broken)

    assert recall(tmp_path / "a.pid") is None


def test_a_process_that_obeys_ends_without_force(start):
    process, _ = start(SLEEP)

    assert stop(Identity(process.pid, began(process.pid) or ""), patience=5)


def test_a_process_that_ignores_the_request_is_killed_after_its_time(start):
    process, _ = start(STUBBORN)
    identity = Identity(process.pid, began(process.pid) or "")

    assert not stop(identity, patience=0.3)
    assert not identity.alive()


def test_children_that_outlive_a_killed_leader_are_found_and_ended(start):
    process, log = start(WITH_CHILD)
    child = int(log.read_text().split()[-1])
    process.kill()
    process.wait()
    assert began(child)

    assert end_session(process.pid) == 1

    wait_until(lambda: began(child) is None)


def test_a_process_that_renames_itself_keeps_its_mark(start):
    renaming = (
        "import setproctitle, time; setproctitle.setproctitle('renamed ' * 20); print('up', flush=True); time.sleep(60)"
    )
    process, _ = start([sys.executable, "-c", renaming])

    assert end_session(process.pid) == 1


def test_a_process_without_our_mark_is_left_alone(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != MARK}
    stranger = subprocess.Popen(SLEEP, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        assert end_session(stranger.pid) == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_orphans_of_a_killed_launcher_are_ended_and_strangers_are_not(start, tmp_path, monkeypatch):
    run = tmp_path / "run"
    monkeypatch.setattr(supervise, "RUN", run)
    ours, _ = start(SLEEP)
    stranger, _ = start(SLEEP)
    remember(run / "web.pid", ours.pid)
    moved = replace(remember(run / "beat.pid", stranger.pid), began="another boot 1")
    (run / "beat.pid").write_text(json.dumps({"pid": moved.pid, "began": moved.began}))

    ended = end_orphans()

    assert ended == ["web"]
    assert stranger.poll() is None
    assert not list(run.glob("*.pid"))


def test_a_child_gets_no_ctrl_c_meant_for_the_launcher(start):
    process, _ = start(SLEEP)

    assert os.getsid(process.pid) == process.pid != os.getsid(0)


def test_a_log_that_grew_too_long_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("launcher.processes.LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    log.write_text("old" * 10)

    spawn("web", [sys.executable, "-c", "print('new')"], env=dict(os.environ), log=log).wait()

    assert Path(tmp_path / "web.log.1").read_text() == "old" * 10
    assert log.read_text().endswith("new\n")
