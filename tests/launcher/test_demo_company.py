import pytest
from django.utils import timezone

from apps.connections import ksef as sign_in
from apps.connections.models import KsefConnection
from apps.connections.secrets import open_secret
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from launcher.demo_company import DemoCompany, use_ksef
from launcher.talk import Failure
from tests.factories import ACME_NIP
from tests.filings.house import token_of


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
