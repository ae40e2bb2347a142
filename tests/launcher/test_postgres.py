import os
import signal
import subprocess
import time

import pytest

from launcher.ports import free_port
from launcher.postgres import Postgres, _reason
from launcher.processes import pids_working_in
from launcher.roles import run_psql
from launcher.talk import Failure
from launcher.valkey import Valkey


@pytest.fixture
def postgres(tmp_path):
    server = Postgres(tmp_path / "data", free_port(), "secret word", tmp_path / "postgres.log")
    assert server.initialise()
    yield server
    server.clear_the_way()


def start(server):
    process = server.start()
    server.wait_until_ready(process)
    return process


def ask(server, question):
    return run_psql(server.programs / "psql", server.url(), ["-c", question], log=server.log)


def test_a_cluster_is_made_once_and_its_rows_stay(postgres):
    process = start(postgres)
    ask(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0

    assert not postgres.initialise()
    process = start(postgres)

    assert ask(postgres, "SELECT number FROM kept") == "7"
    process.send_signal(signal.SIGINT)
    process.wait(60)


def test_polish_letters_are_folded_as_in_production(postgres):
    process = start(postgres)

    assert ask(postgres, "SELECT lower('ŻÓŁĆ')") == "żółć"

    process.send_signal(signal.SIGINT)
    process.wait(60)


def test_a_server_that_was_killed_and_not_even_collected_does_not_block_the_next_one(postgres):
    killed = start(postgres)
    ask(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(killed.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while killed.pid in pids_working_in(postgres.data):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert (postgres.data / "postmaster.pid").exists()

    postgres.clear_the_way()
    process = start(postgres)

    assert ask(postgres, "SELECT number FROM kept") == "7"
    process.send_signal(signal.SIGINT)
    process.wait(60)
    killed.wait()


def test_a_server_whose_launcher_is_gone_is_stopped_before_the_next_one_starts(postgres):
    orphan = start(postgres)

    assert postgres.clear_the_way()

    assert orphan.wait(1) == 0
    assert pids_working_in(postgres.data) == []
    assert not postgres.clear_the_way()


def test_the_servers_listen_on_this_machine_only_and_ask_for_the_password(postgres, tmp_path):
    process = start(postgres)
    valkey = Valkey(tmp_path / "valkey", free_port(), "word", tmp_path / "valkey.log", throw_away=True)
    broker = valkey.start()
    valkey.wait_until_ready(broker)

    listening = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=False).stdout.split()
    ours = {word for word in listening if word.endswith((f":{postgres.port}", f":{valkey.port}"))}
    assert ours <= {f"127.0.0.1:{postgres.port}", f"127.0.0.1:{valkey.port}"}
    with pytest.raises(Failure, match="password authentication failed"):
        run_psql(
            postgres.programs / "psql",
            postgres.url().replace("secret%20word", "wrong"),
            ["-c", "SELECT 1"],
            log=postgres.log,
        )
    assert not Valkey(tmp_path / "valkey", valkey.port, "wrong", tmp_path / "valkey.log").answers()

    broker.terminate()
    broker.wait(60)
    process.send_signal(signal.SIGINT)
    process.wait(60)


def test_a_folder_that_holds_something_else_is_not_overwritten(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "letters.txt").write_text("dear")

    with pytest.raises(Failure, match=r"holds letters\.txt but no PostgreSQL cluster"):
        Postgres(tmp_path / "data", free_port(), "x", tmp_path / "log").initialise()


def test_the_cause_is_told_and_not_the_tidying_up_after_it():
    said = (
        'initialization ... 2026-11-21 21:34:39.649 UTC [10943] FATAL:  could not write to file "base/4": '
        "No space left on device\nchild process exited with exit code 1\ninitdb: removing contents of data directory\n"
    )  # fmt: skip

    assert _reason(said) == 'could not write to file "base/4": No space left on device'
    assert _reason("initdb: error: could not access directory") == "could not access directory"
    assert _reason("one\ntwo\n\n") == "two"
    assert _reason("") == "no message"


def test_no_password_is_seen_in_the_arguments_of_a_server(postgres, tmp_path):
    process = start(postgres)
    valkey = Valkey(tmp_path / "valkey", free_port(), "secret-word", tmp_path / "valkey.log", throw_away=True)
    broker = valkey.start()
    valkey.wait_until_ready(broker)

    seen = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "secret word" not in seen
    assert "secret-word" not in seen

    broker.terminate()
    broker.wait(60)
    process.send_signal(signal.SIGINT)
    process.wait(60)
