import socket

import pytest

from launcher.ports import HOST, free_port, is_free, keep_or_choose, web_door
from launcher.talk import Failure


@pytest.fixture
def busy_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_somebody_listens_on_is_not_free(busy_port):
    assert not is_free(busy_port)


def test_a_port_nobody_listens_on_is_free():
    assert is_free(free_port())


def test_the_port_of_the_last_run_is_kept_while_it_is_free(busy_port):
    kept = free_port()

    assert keep_or_choose(kept) == kept
    assert keep_or_choose(busy_port) != busy_port
    assert is_free(keep_or_choose(None))


def test_a_port_that_was_asked_for_and_is_busy_is_refused_in_one_line(busy_port):
    with pytest.raises(Failure, match=f"Port {busy_port} is in use") as refusal:
        web_door(str(busy_port), None)

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("nonsense", ["web", "-1", "65536", "80.5"])
def test_a_port_that_is_no_port_number_is_refused(nonsense):
    with pytest.raises(Failure, match="write a number"):
        web_door(nonsense, None)


def test_port_0_takes_any_free_one():
    with web_door("0", None) as door:
        assert door.getsockname()[0] == HOST
        assert door.getsockname()[1] > 0


def test_the_web_moves_on_when_its_last_port_is_taken(busy_port):
    with web_door(None, busy_port) as door:
        assert door.getsockname()[1] != busy_port


def test_two_runs_that_start_at_the_same_time_never_choose_the_same_port():
    with web_door(None, None) as first:
        kept = first.getsockname()[1]
        with web_door(None, kept) as second:
            assert second.getsockname()[1] != kept


def test_the_port_is_held_before_the_web_listens():
    with web_door(None, None) as door:
        assert not is_free(door.getsockname()[1])
