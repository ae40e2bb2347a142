"""Questions to VIES and the White List as due rows; the answers are evidence, and a late one stops no filing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection as database
from django.db.models import F

from apps.fa3.calendar import warsaw_date
from apps.tenants.context import acting_in
from apps.tenants.models import Tenant

from .answer import Answer
from .http import RegisterUnavailable
from .models import RegisterAnswer, RegisterCheck
from .vies import ask_vies
from .white_list import MOST_AT_ONCE, ask_about_account, ask_about_nips

log = structlog.get_logger(__name__)

Register = RegisterCheck.Register
# An answer is good for so long; the White List allows a hundred searches a day, of thirty numbers each.
FRESH = timedelta(days=30)
LEASE = timedelta(minutes=3)
AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Question:
    register: RegisterCheck.Register
    subject: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One tenant's questions that were asked; only those answered are named."""

    tenant_id: UUID
    answered: tuple[str, ...]


def want_answers(tenant_id: UUID, questions: Iterable[Question], *, at: datetime) -> None:
    """Have registers asked, unless an answer is fresh or the question already waits. Inside acting_in."""
    for question in dict.fromkeys(questions):
        known = latest_answer(tenant_id, question)
        if known is not None and known.asked_at > at - FRESH:
            continue
        RegisterCheck.objects.get_or_create(
            tenant_id=tenant_id,
            register=question.register,
            subject=question.subject,
            defaults={"next_action_at": at, "wanted_at": at},
        )
        waiting = RegisterCheck.objects.filter(
            tenant_id=tenant_id, register=question.register, subject=question.subject
        )
        waiting.filter(next_action_at__isnull=True).update(next_action_at=at, wanted_at=at)


def latest_answer(tenant_id: UUID, question: Question) -> RegisterAnswer | None:
    """The newest evidence about a number."""
    answers = RegisterAnswer.objects.filter(tenant_id=tenant_id, register=question.register, subject=question.subject)
    return answers.order_by("-asked_at").first()


def run_checks(*, at: datetime, most: int = MOST_AT_ONCE) -> Asked | None:
    """Ask what is due of one tenant and register; None when nothing is."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id, check_id FROM ksefkit_claim_register_checks(%s, %s, %s)", [at, at + LEASE, most]
        )
        claimed = cursor.fetchall()
    if not claimed:
        return None
    tenant_id = claimed[0][0]
    with acting_in(tenant_id):
        nip = Tenant.objects.get(id=tenant_id).nip
        checks = list(RegisterCheck.objects.filter(id__in=[check_id for _, check_id in claimed]))
    return Asked(tenant_id, tuple(check.subject for check in _ask(tenant_id, nip, checks, at)))


def _ask(tenant_id: UUID, nip: str, checks: list[RegisterCheck], at: datetime) -> Iterable[RegisterCheck]:
    by_nip = [check for check in checks if check.register == Register.WHITE_LIST]
    if by_nip:
        yield from _ask_white_list(tenant_id, by_nip, at)
    for check in checks:
        if check.register == Register.WHITE_LIST:
            continue
        try:
            if check.register == Register.VIES:
                answer = ask_vies(check.subject, asker_nip=nip)
            else:
                owner, _, account = check.subject.partition("/")
                answer = ask_about_account(owner, account, day=warsaw_date(at))
        except RegisterUnavailable as trouble:
            _wait(tenant_id, [check], str(trouble), at)
        else:
            _keep(tenant_id, check, answer, at)
            yield check


def _ask_white_list(tenant_id: UUID, checks: list[RegisterCheck], at: datetime) -> Iterable[RegisterCheck]:
    try:
        answers = ask_about_nips([check.subject for check in checks], day=warsaw_date(at))
    except RegisterUnavailable as trouble:
        _wait(tenant_id, checks, str(trouble), at)
        return
    for check in checks:
        if answer := answers.get(check.subject):
            _keep(tenant_id, check, answer, at)
            yield check
        else:
            _wait(tenant_id, [check], "The White List said nothing about this number.", at)


def _keep(tenant_id: UUID, check: RegisterCheck, answer: Answer, at: datetime) -> None:
    outcome = RegisterAnswer.Outcome.CONFIRMED if answer.is_confirmed else RegisterAnswer.Outcome.DENIED
    with acting_in(tenant_id):
        RegisterAnswer.objects.create(
            tenant_id=tenant_id,
            register=check.register,
            subject=check.subject,
            outcome=outcome,
            name=answer.name,
            status=answer.status,
            request_id=answer.request_id[:80],
            answer=answer.content,
            asked_at=at,
        )
        RegisterCheck.objects.filter(id=check.id).update(next_action_at=None, attempts=0, trouble="")


def _wait(tenant_id: UUID, checks: list[RegisterCheck], trouble: str, at: datetime) -> None:
    """A register that is away is asked again later, each time a little later; filing does not wait for it."""
    with acting_in(tenant_id):
        for check in checks:
            again = AGAIN[min(check.attempts, len(AGAIN) - 1)]
            RegisterCheck.objects.filter(id=check.id).update(
                attempts=F("attempts") + 1, trouble=trouble[:300], next_action_at=at + again
            )
    log.warning("register.unavailable", register=checks[0].register, trouble=trouble, questions=len(checks))
