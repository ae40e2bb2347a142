"""What a subject may do in a context, and how faults bend a sign-in."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.people.tokens import PERMISSIONS
from apps.ksef_simulator.sending.records import Facts
from apps.ksef_simulator.signin.operations import SignIn
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.errors import BadRequest

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

OWNER = frozenset(PERMISSIONS)
_NIP = r"[1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}"
_SHAPES = {
    "Nip": re.compile(_NIP),
    "InternalId": re.compile(rf"{_NIP}-[0-9]{{5}}"),
    "NipVatUe": re.compile(rf"{_NIP}-[A-Z]{{2}}[A-Z0-9+*]{{2,12}}"),
    "PeppolId": re.compile(r"P[A-Z]{2}[0-9]{6}"),
}


class Access:
    def __init__(self, system: "System") -> None:
        self._system = system
        self.blocked: set[str] = set(system.store.setting("blocked-contexts") or ())
        self._attachments: set[str] = set(system.store.setting("attachments") or ())

    def require_wellformed(self, context: Identifier) -> None:
        if not _SHAPES[context.type].fullmatch(context.value):
            raise BadRequest(21405, f"Identyfikator kontekstu typu {context.type} ma nieprawidłowy format.")

    def permissions(self, subject: Identifier, context: Identifier) -> frozenset[str]:
        if subject.type == "Nip" and context.type == "Nip" and subject.value == context.value:
            return OWNER
        return frozenset()

    def current_permissions(self, sign_in: SignIn) -> frozenset[str]:
        """What this sign-in may do now: for a token never more than was asked for it."""
        held = self.permissions(Identifier.parse(sign_in.subject), Identifier.parse(sign_in.context))
        token = self._system.tokens.get(sign_in.token_reference or "")
        return held & frozenset(token.permissions) if token else held

    def bend(self, sign_in: SignIn, operation: str) -> None:
        """Apply a blocked context and the faults that wait for a sign-in."""
        faults, nip = self._system.faults, Identifier.parse(sign_in.context).nip
        if sign_in.context in self.blocked or faults.take("blocked_context", operation, nip):
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

    def unstick(self, sign_in: SignIn, now: datetime) -> None:
        """Let a stuck sign-in go on once its rule is gone."""
        if sign_in.stuck_by is not None and not self._system.faults.alive(sign_in.stuck_by):
            sign_in.stuck_by = None
            self._system.sign_ins.save(sign_in)

    def may_issue(self, context: Identifier, facts: Facts) -> bool:
        """Whether invoices of this seller may be sent from this context (status 410 otherwise)."""
        return context.nip == facts.seller_nip

    def may_attach(self, nip: str) -> bool:
        return nip in self._attachments
