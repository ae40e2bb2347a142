"""Invitations work once, for their address, in their time; a company keeps an owner."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM
from apps.tenants.context import acting_as, acting_in
from apps.tenants.models import Membership, User
from apps.tenants.people import (
    AlreadyMember,
    InvitationUnusable,
    LastOwner,
    Offer,
    accept,
    change_role,
    invite,
    remove,
    withdraw,
)
from apps.tenants.roles import Role
from tests.factories import Company, make_user

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def offer(company: Company, email: str = "piotr@example.pl", role: Role = Role.ACCOUNTANT) -> Offer:
    with acting_in(company.tenant.id):
        return invite(company.tenant, email=email, role=role, by=company.people["ola"], at=NOON)


def events(company: Company) -> list[str]:
    with acting_in(company.tenant.id):
        return list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))


def test_an_invited_person_joins_with_the_offered_role(acme: Company) -> None:
    made, piotr = offer(acme), make_user("piotr")

    accept(made.secret, by=piotr, at=NOON)

    with acting_as(piotr.id):
        assert Membership.objects.get(user=piotr).role == Role.ACCOUNTANT
    assert events(acme) == ["person.invited", "person.joined"]


def unusable(company: Company, secret: str, by: User, at: datetime = NOON) -> tuple[str, str]:
    """What the person is told, and what the audit of the company keeps."""
    with pytest.raises(InvitationUnusable) as refusal:
        accept(secret, by=by, at=at)
    with acting_in(company.tenant.id):
        assert not Membership.objects.filter(user=by).exists()
        kept = AuditEntry.objects.filter(event="person.invitation_refused").order_by("sequence").last()
        return refusal.value.why, kept.data["why"] if kept else ""


def test_an_expired_invitation_is_refused_and_audited(acme: Company) -> None:
    told = unusable(acme, offer(acme).secret, make_user("piotr"), at=NOON + timedelta(days=8))

    assert told == ("expired", "expired")
    assert events(acme)[-1] == "person.invitation_refused"


def test_an_invitation_for_another_address_is_refused(acme: Company) -> None:
    assert unusable(acme, offer(acme).secret, make_user("marek")) == ("unknown", "another address")


def test_a_forged_invitation_is_refused(acme: Company) -> None:
    assert unusable(acme, "not-a-secret", make_user("piotr")) == ("unknown", "")

    with acting_in(PLATFORM):
        assert AuditEntry.objects.get(event="person.invitation_refused").data == {"why": "unknown"}


def test_a_withdrawn_invitation_is_refused(acme: Company) -> None:
    made = offer(acme)
    with acting_in(acme.tenant.id):
        withdraw(made.invitation, by=acme.people["ola"], at=NOON)

    assert unusable(acme, made.secret, make_user("piotr")) == ("withdrawn", "withdrawn")


def test_an_invitation_works_once(acme: Company) -> None:
    made, piotr = offer(acme), make_user("piotr")
    membership = accept(made.secret, by=piotr, at=NOON)
    with acting_in(acme.tenant.id):
        remove(membership, by=acme.people["ola"], at=NOON)

    assert unusable(acme, made.secret, piotr) == ("used", "used")


def test_a_second_invitation_to_the_same_address_replaces_the_first(acme: Company) -> None:
    first, second, piotr = offer(acme), offer(acme), make_user("piotr")

    unusable(acme, first.secret, piotr)
    accept(second.secret, by=piotr, at=NOON)


def test_a_member_is_not_invited_again(acme: Company) -> None:
    with pytest.raises(AlreadyMember):
        offer(acme, email="JAN@example.pl")


def test_the_last_owner_stays_owner(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        ola = Membership.objects.get(user=acme.people["ola"])
        with pytest.raises(LastOwner):
            change_role(ola, role=Role.VIEWER, by=acme.people["ola"], at=NOON)
        with pytest.raises(LastOwner):
            remove(ola, by=acme.people["ola"], at=NOON)


def test_one_of_two_owners_may_step_back(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        jan = Membership.objects.get(user=acme.people["jan"])
        change_role(jan, role=Role.OWNER, by=acme.people["ola"], at=NOON)
        ola = Membership.objects.get(user=acme.people["ola"])
        change_role(ola, role=Role.ACCOUNTANT, by=acme.people["jan"], at=NOON)

        assert Membership.objects.get(pk=ola.pk).role == Role.ACCOUNTANT
