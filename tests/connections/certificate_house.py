"""Acme with a token and a simulator, on its way to a certificate."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from apps.connections.certificate_requests import begin
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.enrolment import advance, place_of, sign, step_of
from apps.connections.ksef import Access, Caller, forget_public_keys
from apps.connections.models import CertificateRequest, KsefConnection
from apps.connections.signature import file_to_sign
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.moving import Step
from apps.ksef_client.xades import AUTH, AuthTokenRequest, sign_request
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, Company
from tests.ksef_client.certificates import credential, seal_of

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TOKEN = f"20260101-EC-1111111111-2222222222-33|nip-{ACME_NIP}|{'ab' * 32}"
ENROL = "POST /certificates/enrollments"
Purpose = CertificateRequest.Purpose


@dataclass
class Moving:
    """One company whose clock and KSeF's go together."""

    company: Company
    simulator: Simulator
    connection: KsefConnection
    now: datetime = NOON
    rules: list[Rule] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    @property
    def caller(self) -> Caller:
        return Caller(self.clock, pause=self.pass_time)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds * SECOND
        self.simulator.system.clock.set(self.now)

    def begin(self, purpose: Purpose = Purpose.AUTHENTICATION) -> CertificateRequest:
        return begin(self.connection, purpose, by=self.company.people["ola"], at=self.now)

    def seal(self, nip: str = ACME_NIP) -> Credential:
        return credential("ec", self.now, subject=seal_of(nip))

    def sign(self, request: CertificateRequest, signed: Credential | bytes | None = None) -> None:
        sign(request, signed or self.seal(), caller=self.caller)

    def signed_file(self, request: CertificateRequest) -> bytes:
        """What another program makes of the file a person downloads."""
        root = etree.fromstring(file_to_sign(place_of(request, caller=self.caller)))
        challenge = root.findtext(f"{{{AUTH}}}Challenge") or ""
        return sign_request(AuthTokenRequest(challenge, Context(ACME_NIP)), self.seal(), at=self.now)

    def press_on(self, request: CertificateRequest, *, until: Step | None = None, times: int = 30) -> Step:
        """What the page does every few seconds."""
        for _ in range(times):
            if step_of(request) is until or request.ended_at:
                break
            advance(request, caller=self.caller)
            self.pass_time(3)
        return step_of(request)

    def read(self) -> KsefConnection:
        with acting_in(self.company.tenant.id):
            return KsefConnection.objects.get(pk=self.connection.pk)

    def signed_in(self) -> Ksef:
        """As the workers do."""
        return Access(self.company.tenant.id, self.connection.pk, self.clock, wait=self.pass_time).open()

    def fault(self, effect: str, operation: str, **arguments: Any) -> None:
        known = {name: arguments.pop(name) for name in ("times", "skip") if name in arguments}
        rule = Rule(effect, operation, **{"times": 1, **known}, arguments=arguments)
        self.rules.append(self.simulator.system.faults.add(rule))

    @property
    def enrolments(self) -> int:
        return int(self.simulator.system.report.as_json()["operations"].get(ENROL, 0))


def moving(company: Company, url: str, simulator: Simulator) -> Moving:
    """Acme connected by token to KSeF at `url`."""
    forget_public_keys()
    simulator.system.clock.freeze()
    simulator.system.clock.set(NOON)
    with acting_in(company.tenant.id):
        access = KsefAccess(KsefConnection.Environment.LOCAL, TOKEN)
        connection = connect_ksef(company.tenant, access, by=company.people["ola"], at=NOON)
        connection.base_url = url
        connection.save()
    return Moving(company, simulator, connection)


def options(**chosen: Any) -> Options:
    return Options(tokens=((ACME_NIP, TOKEN),), limits="production", storage_delay=0.0, **chosen)
