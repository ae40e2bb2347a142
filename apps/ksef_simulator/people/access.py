"""What a subject may do in a context, and how blocks and faults bend a sign-in."""

import re
from typing import TYPE_CHECKING

from apps.ksef_simulator.clock import later, warsaw_day
from apps.ksef_simulator.people.grants import AUTHORIZATION
from apps.ksef_simulator.people.subjects import BAILIFF
from apps.ksef_simulator.sending.records import Facts
from apps.ksef_simulator.signin.operations import SignIn
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.errors import BadRequest

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

OWNER = frozenset(
    {
        "InvoiceRead",
        "InvoiceWrite",
        "CredentialsRead",
        "CredentialsManage",
        "SubunitManage",
        "Introspection",
        "CollectiveIdentifierManage",
    }
)
ENFORCEMENT = frozenset({"EnforcementOperations"})
PEPPOL_PROVIDER = frozenset({"PefInvoiceWrite", "InvoiceWrite", "InvoiceRead", "Introspection"})
ENFORCING_ROLES = ("EnforcementAuthority", BAILIFF)

_NIP = r"[1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}"
_SHAPES = {
    "Nip": re.compile(_NIP),
    "InternalId": re.compile(rf"{_NIP}-[0-9]{{5}}"),
    "NipVatUe": re.compile(rf"{_NIP}-[A-Z]{{2}}[A-Z0-9+*]{{2,12}}"),
    "PeppolId": re.compile(r"P[A-Z]{2}[0-9]{6}"),
    "Pesel": re.compile(r"[0-9]{11}"),
    "Fingerprint": re.compile(r"[0-9A-F]{64}"),
}


def is_wellformed(identifier: Identifier) -> bool:
    return _SHAPES[identifier.type].fullmatch(identifier.value) is not None


def require_wellformed(identifier: Identifier) -> None:
    if not is_wellformed(identifier):
        raise BadRequest(21405, f"Identyfikator typu {identifier.type} ma nieprawidłowy format.")


class Access:
    def __init__(self, system: "System") -> None:
        self._system = system
        self._blocked: list[str] = system.store.setting("blocked-contexts") or []

    def permissions(self, subject: Identifier, context: Identifier) -> frozenset[str]:
        """Everything this subject may do in this context, by ownership, role and grant."""
        names = self._system.subjects.aliases(subject)
        held = frozenset(self._system.grants.scopes(names, context))
        if self.is_owner(subject, context):
            held |= OWNER
            if self._system.subjects.has_role(context.nip, *ENFORCING_ROLES):
                held |= ENFORCEMENT
        if context.type == "PeppolId" and subject == context:
            held |= PEPPOL_PROVIDER
        return held

    def is_owner(self, subject: Identifier, context: Identifier) -> bool:
        """The NIP itself, or the person linked to it, in the NIP's own context or an internal one of it."""
        own = f"Nip:{context.nip}" in self._system.subjects.aliases(subject)
        return own and context.type in ("Nip", "InternalId")

    def current_permissions(self, sign_in: SignIn) -> frozenset[str]:
        """What this sign-in may do now: for a token never more than was asked for it."""
        held = self.permissions(Identifier.parse(sign_in.subject), Identifier.parse(sign_in.context))
        token = self._system.tokens.get(sign_in.token_reference or "")
        return held & frozenset(token.permissions) if token else held

    def may_issue(self, context: Identifier, facts: Facts) -> bool:
        """Whether invoices of this seller may be sent from this context (status 410 otherwise)."""
        if context.nip == facts.seller_nip:
            return True
        subjects = self._system.subjects
        if subjects.is_member(facts.seller_nip, context.nip) or subjects.is_member(context.nip, facts.seller_nip):
            return True
        role = facts.authorized["role"] if facts.authorized else 0
        if role in (1, 2) and subjects.has_role(context.nip, *ENFORCING_ROLES):
            return True
        wanted = {"SelfInvoicing"} if facts.self_invoicing else set()
        wanted |= {"TaxRepresentative"} if role == 3 else set()
        given = self._system.grants.where(
            lambda each: (
                each.kind == AUTHORIZATION
                and each.scope in wanted
                and each.granted_in == f"Nip:{facts.seller_nip}"
                and each.authorized in (f"Nip:{context.nip}", str(context))
            )
        )
        return bool(given)

    def may_attach(self, nip: str) -> bool:
        given, until = self._system.subjects.attachments_until(nip)
        return given and (until is None or warsaw_day(self._system.clock.now()).isoformat() < until)

    def block(self, context: str) -> None:
        if context not in self._blocked:
            self._blocked.append(context)
        self._system.store.set("blocked-contexts", self._blocked)

    def unblock(self, context: str) -> None:
        self._blocked = [each for each in self._blocked if each != context]
        self._system.store.set("blocked-contexts", self._blocked)

    def bend(self, sign_in: SignIn, operation: str) -> None:
        """Apply a blocked context and the faults that wait for a sign-in."""
        faults, nip = self._system.faults, Identifier.parse(sign_in.context).nip
        if sign_in.context in self._blocked or faults.take("blocked_context", operation, nip):
            sign_in.code, sign_in.details = 480, []
        ending = faults.take("signin_status", operation, nip)
        if ending:
            sign_in.code = int(ending.arguments.get("code", 500))
            sign_in.details = list(ending.arguments.get("details", ()))
        stuck = faults.take("signin_stuck", operation, nip)
        if stuck and "seconds" in stuck.arguments:
            sign_in.ready_at = later(sign_in.started_at, float(stuck.arguments["seconds"]))
        elif stuck:
            sign_in.stuck_by = stuck.id

    def unstick(self, sign_in: SignIn) -> None:
        """Let a stuck sign-in go on once its rule is gone."""
        if sign_in.stuck_by is not None and not self._system.faults.alive(sign_in.stuck_by):
            sign_in.stuck_by = None
            self._system.sign_ins.save(sign_in)
