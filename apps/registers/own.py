"""The company's own standing: its NIP among active VAT payers, its bank account on the White List."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from apps.connections.models import StripeConnection
from apps.fa3.calendar import warsaw_date
from apps.tenants.context import acting_in
from apps.tenants.models import CompanyProfile, Tenant
from apps.tenants.platform import for_each_tenant

from .checks import Question, Register, latest_answer, want_answers
from .models import RegisterAnswer


def want_own_standing(tenant_id: UUID, *, at: datetime) -> None:
    """Have the White List asked about the company itself, unless it was lately. Inside acting_in."""
    want_answers(tenant_id, own_questions(tenant_id, at=at), at=at)


def want_every_standing(*, at: datetime) -> None:
    """The same for every company that sells for real; a register is not asked about a company that only tries out."""

    def want(tenant_id: UUID) -> None:
        with acting_in(tenant_id):
            is_live = StripeConnection.objects.filter(tenant_id=tenant_id, livemode=True).exists()
            if is_live or settings.REGISTERS_IN_TEST_MODE:
                want_own_standing(tenant_id, at=at)

    for_each_tenant(want)


def own_standing(tenant_id: UUID, *, at: datetime) -> list[RegisterAnswer]:
    """What is known by now; what was not answered yet is left out."""
    answers = (latest_answer(tenant_id, question) for question in own_questions(tenant_id, at=at))
    return [answer for answer in answers if answer is not None]


def own_questions(tenant_id: UUID, *, at: datetime) -> list[Question]:
    """The NIP, and the account where the profile names a Polish one."""
    tenant = Tenant.objects.get(id=tenant_id)
    questions = [Question(Register.WHITE_LIST, tenant.nip)]
    profile = CompanyProfile.objects.of(tenant).on(warsaw_date(at))
    account = (profile.bank_account if profile else "").replace(" ", "").upper().removeprefix("PL")
    if len(account) == 26 and account.isdecimal():
        questions.append(Question(Register.WHITE_LIST_ACCOUNT, f"{tenant.nip}/{account}"))
    return questions
