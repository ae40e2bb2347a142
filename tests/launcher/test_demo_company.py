import pytest
from django.utils import timezone

import launcher.demo_company
from apps.connections import ksef as sign_in
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.secrets import open_secret
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from launcher.demo_company import DemoCompany, use_ksef, use_stripe
from launcher.talk import Failure
from tests.factories import ACME_NIP
from tests.filings.house import token_of
from tests.stripe_simulator.conftest import KEY, start

__all__ = ["start"]  # a fixture of the stand-in's own tests


@pytest.fixture
def ksef(settings):
    sign_in.forget_public_keys()
    with Simulator(Options(tokens=((ACME_NIP, token_of(ACME_NIP)),), delay=0.1)) as simulator:
        settings.KSEF_LOCAL_URL = f"{simulator.address}/v2"
        yield simulator


@pytest.mark.parametrize("effect", ["drop_before", "html"])
def test_a_ksef_that_is_away_when_the_demo_begins_is_waited_for(acme, ksef, capsys, effect):
    ksef.system.faults.add(Rule(effect, "*", times=1, arguments={}))
    use_ksef(DemoCompany(acme.tenant, acme.people["ola"]), token_of(ACME_NIP), at=timezone.now())
    assert "documents wait and go by themselves" in capsys.readouterr().out
    with acting_in(acme.tenant.id):
        connection = KsefConnection.objects.active().get()
        assert open_secret(connection, "token") == token_of(ACME_NIP)
    assert connection.status != KsefConnection.Status.REFUSED


def test_a_ksef_that_refuses_the_token_ends_the_demo(acme, ksef):
    wrong = token_of(ACME_NIP).replace("ab", "cd")
    with pytest.raises(Failure, match=r"did not let the demo company in \(refused\)"):
        use_ksef(DemoCompany(acme.tenant, acme.people["ola"]), wrong, at=timezone.now())


@pytest.fixture
def stripe(start, settings, monkeypatch):
    account = start()
    settings.STRIPE_API_BASE = account.url
    monkeypatch.setattr(launcher.demo_company, "PAUSES", (0, 0))
    return account


def test_a_stripe_that_is_away_when_the_demo_begins_is_asked_again(acme, stripe, capsys):
    stripe.control("POST", "faults/api", path="/v1/", status=503, times=3)  # more than one call asks

    use_stripe(DemoCompany(acme.tenant, acme.people["ola"]), KEY, at=timezone.now())

    assert "asked again in 0 s" in capsys.readouterr().out
    with acting_in(acme.tenant.id):
        assert StripeConnection.objects.get().stripe_endpoint_id.startswith("we_")


def test_a_stripe_that_stays_away_ends_the_demo_after_some_tries(acme, stripe, capsys):
    stripe.control("POST", "faults/api", path="/v1/", status=503, times=100)

    with pytest.raises(Failure, match="stripe_unreachable"):
        use_stripe(DemoCompany(acme.tenant, acme.people["ola"]), KEY, at=timezone.now())

    assert capsys.readouterr().out.count("asked again") == 2


def test_a_stripe_that_refuses_the_key_is_asked_once(acme, stripe, capsys):
    with pytest.raises(Failure, match="key_refused"):
        use_stripe(
            DemoCompany(acme.tenant, acme.people["ola"]), "rk_test_51SWrongKeyOfSomebodyElse0001", at=timezone.now()
        )

    assert "asked again" not in capsys.readouterr().out
