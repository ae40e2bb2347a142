"""Acme with a connected Stripe account and a KSeF simulator whose clock moves together with the engine's."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.secrets import seal_into
from apps.documents.capture import Reading, capture
from apps.documents.models import SourceDocument
from apps.filings.models import Filing, Lane
from apps.filings.open import open_filing, open_filings
from apps.filings.states import State
from apps.filings.work import Worker
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.web.evidence import documents
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from tests.factories import Company

from . import stripe_objects

# A Tuesday, 12:00 in Warsaw.
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def token_of(nip: str) -> str:
    return f"20260101-EC-1111111111-2222222222-33|nip-{nip}|{'ab' * 32}"


class Ksef:
    """The simulator as tests see it."""

    def __init__(self, nips: Sequence[str], **options: Any) -> None:
        tokens = tuple((nip, token_of(nip)) for nip in nips)
        chosen = {"delay": 2.0, "limits": "production", "storage_delay": 0.0} | options
        self.simulator = Simulator(Options(tokens=tokens, **chosen)).start()
        self.system = self.simulator.system
        self.rules: list[Rule] = []
        self.system.clock.freeze()
        self.system.clock.set(NOON)

    @property
    def url(self) -> str:
        return f"{self.simulator.address}/v2"

    def fault(self, effect: str, operation: str = "*", *, times: int | None = 1, **arguments: Any) -> Rule:
        known = {name: arguments.pop(name) for name in ("skip", "context", "probability") if name in arguments}
        rule = self.system.faults.add(Rule(effect, operation, times=times, arguments=arguments, **known))
        self.rules.append(rule)
        return rule

    def heal(self) -> None:
        self.system.faults.clear()

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Every document KSeF gave a number."""
        return documents(self.system)

    @property
    def sends(self) -> int:
        """How often a document arrived, in whatever way."""
        return sum(document["sends"] for document in self.accepted)

    @property
    def requests(self) -> dict[str, int]:
        """Counted requests by group, of all contexts; sign-in is counted for the address, not for the company."""
        found: dict[str, int] = {}
        for groups in self.system.report.as_json()["requests"].values():
            for group, count in groups.items():
                found[group] = found.get(group, 0) + count
        return {group: count for group, count in found.items() if group != "anonymous"}

    def close(self) -> None:
        self.simulator.close()


@dataclass
class House:
    """One tenant's world: what Stripe says goes in, the engine works, KSeF has the documents."""

    company: Company
    ksef: Ksef
    stripe: StripeConnection
    connection: KsefConnection
    now: datetime = NOON

    @property
    def tenant_id(self) -> Any:
        return self.company.tenant.id

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, much: timedelta) -> None:
        """Both clocks move."""
        self.now += much
        self.ksef.system.clock.set(self.now)

    def capture(self, content: dict[str, Any]) -> SourceDocument:
        with acting_in(self.tenant_id):
            return capture(self.stripe, Reading(content, stripe_objects.SIDE, self.now, "2026-10-28.endive"))

    def invoice(self, number: str, **changes: Any) -> Filing:
        """Stripe finalised an invoice; its filing is open."""
        content = stripe_objects.invoice(number, issued_at=self.now) | changes
        document = self.capture(content)
        with acting_in(self.tenant_id):
            return open_filing(document, at=self.now)

    def invoices(self, count: int, *, prefix: str = "FV") -> list[Filing]:
        documents = [
            self.capture(stripe_objects.invoice(f"{prefix}-{place}", issued_at=self.now)) for place in range(count)
        ]
        with acting_in(self.tenant_id):
            return open_filings(documents, at=self.now)

    def credit_note(self, number: str, *, of: str, net: int = 2_000) -> Filing:
        document = self.capture(stripe_objects.credit_note(number, of=of, net=net, issued_at=self.now))
        with acting_in(self.tenant_id):
            return open_filing(document, at=self.now)

    def work(self, after: timedelta = timedelta(0)) -> None:
        """Let time pass, then do everything that is due."""
        self.pass_time(after)
        Worker(clock=self.clock, wait=lambda seconds: self.pass_time(timedelta(seconds=seconds))).run()

    def work_for(self, long: timedelta, *, step: timedelta = timedelta(seconds=1)) -> None:
        """Work through a stretch of time as the ticks of a worker would."""
        end = self.now + long
        while self.now < end:
            self.work(min(step, end - self.now))

    def state(self, filing: Filing) -> State:
        return State(self.read(filing).state)

    def read(self, filing: Filing) -> Filing:
        with acting_in(self.tenant_id):
            return Filing.objects.select_related("session", "upo", "xml").get(pk=filing.pk)

    def lane(self) -> Lane:
        with acting_in(self.tenant_id):
            return Lane.objects.get(connection=self.connection)


def connect(company: Company, ksef: Ksef) -> House:
    """Connect a company's Stripe account and its KSeF."""
    tenant = company.tenant
    with acting_in(tenant.id):
        stripe = StripeConnection.objects.create(
            tenant=tenant, account_id=f"acct_{tenant.nip}", livemode=False, api_version="2026-10-28.endive"
        )
        connection = KsefConnection(
            tenant=tenant,
            environment=KsefConnection.Environment.LOCAL,
            base_url=ksef.url,
            context_nip=tenant.nip,
            is_active=True,
        )
        seal_into(connection, token=token_of(tenant.nip))
        connection.save()
    return House(company, ksef, stripe, connection)


def sha(filing: Filing) -> str:
    return base64.b64encode(bytes(filing.invoice_hash or b"")).decode()
