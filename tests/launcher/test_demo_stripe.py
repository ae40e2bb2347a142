"""The demo's wishes, put to a real Stripe simulator in a process of its own."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from launcher.demo_stripe import StripeSimulator, make_documents
from launcher.demo_verdict import FILED
from launcher.talk import Failure

KEY = "rk_test_demo"


@pytest.fixture
def start(tmp_path):
    processes = []

    def start_it():
        argv = [sys.executable, "-m", "apps.stripe_simulator", "--key", KEY, "--state", str(tmp_path / "state")]
        process = subprocess.Popen(argv, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
        processes.append(process)
        address = process.stdout.readline().split()[-1]
        return process, StripeSimulator(address, KEY, tmp_path / "demo.json")

    yield start_it
    for process in processes:
        process.kill()
        process.communicate()


def test_each_sample_is_played_once_however_often_the_demo_starts(start):
    _, stripe = start()

    make_documents(stripe, None, samples=False)
    first = stripe.expected()
    make_documents(stripe, None, samples=True)

    assert stripe.expected() == first
    assert {"domestic", "reverse_charge", "partial_credit", "wrong_nip"} <= {promise.scenario for promise in first}
    assert len({promise.outcome for promise in first}) > 2


def test_a_scenario_that_needs_something_we_lack_is_left_out_and_that_is_said(start, capsys):
    _, stripe = start()

    stripe.play_samples()

    assert "euro_domestic" not in {promise.scenario for promise in stripe.expected()}
    assert "Left out: euro_domestic, which needs nbp_rates" in capsys.readouterr().out


def test_a_scenario_is_played_when_we_have_what_it_needs(start):
    _, stripe = start()
    stripe.has = frozenset({"nbp_rates"})

    stripe.play_samples()

    assert "euro_domestic" in {promise.scenario for promise in stripe.expected()}


def test_the_number_asked_for_is_made_and_all_of_it_shall_be_filed(start):
    _, stripe = start()

    make_documents(stripe, 120, samples=True)

    assert Counter((promise.scenario, promise.outcome) for promise in stripe.expected()) == {("generated", FILED): 120}


def test_a_demo_that_was_killed_while_making_documents_is_completed_not_begun_anew(start):
    process, stripe = start()
    stripe.want_generated(30)
    stripe._call("POST", "/control/generate", count=12, seed=1)  # as far as the killed demo came
    process.kill()
    process.wait()

    _, again = start()
    make_documents(again, None, samples=False)
    make_documents(again, None, samples=False)

    assert len(again.expected()) == 30


def test_a_further_demo_asks_for_further_documents(start):
    _, stripe = start()

    make_documents(stripe, 10, samples=True)
    make_documents(stripe, 10, samples=True)

    assert len(stripe.expected()) == 20


def test_the_next_step_of_a_story_is_played_once_its_documents_are_filed(start):
    _, stripe = start()
    stripe.play_samples()
    [open_invoice] = [promise for promise in stripe.expected() if promise.scenario == "void_after_filing"]

    assert not stripe.go_on(set())
    assert stripe.go_on({open_invoice.stripe_id})
    assert not stripe.go_on({open_invoice.stripe_id})


def test_a_refusal_of_the_simulator_is_told_in_its_own_words(start):
    _, stripe = start()

    with pytest.raises(Failure, match="count must be between 1"):
        stripe._call("POST", "/control/generate", count=-1)
