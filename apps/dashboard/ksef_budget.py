"""What people ask of KSeF from the pages is paid from the same ledger as the workers' requests, pauses included."""

from dataclasses import dataclass

from django.utils import timezone

from apps.connections.ksef import Caller, environment_of
from apps.connections.models import KsefConnection
from apps.filings.ledger import Budget, BudgetSpent, account_of, stated_rates
from apps.filings.models import Lane
from apps.filings.weather import place_of
from apps.ksef_client.endpoints import Endpoint
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.ksef import Exchange
from apps.tenants.context import acting_in


@dataclass(frozen=True, slots=True)
class Paying:
    """An observer that keeps a request from being made while KSeF wants none, in the client's own terms."""

    budget: Budget

    def before(self, endpoint: Endpoint) -> None:
        try:
            self.budget.before(endpoint)
        except BudgetSpent as spent:
            wait = spent.until - self.budget.clock()
            raise Unavailable(str(spent), retry_after=wait, endpoint=str(endpoint)) from None

    def after(self, exchange: Exchange) -> None:
        self.budget.after(exchange)


def paying(connection: KsefConnection) -> Paying:
    """Who pays for a connection's requests; it need not have filed anything yet."""
    place = place_of(environment_of(connection))
    with acting_in(connection.tenant_id):
        lane = Lane.objects.filter(tenant_id=connection.tenant_id, connection=connection).first()
    stated = stated_rates(lane) if lane else {}
    account = account_of(place, connection.context_nip)
    return Paying(Budget(account, account_of(place), stated, timezone.now))


def caller_for(connection: KsefConnection) -> Caller:
    """A person at a page, asking for this connection."""
    return Caller(timezone.now, paying(connection))
