"""The walls stand in the database: without a tenant nothing is visible, with one only its own rows."""

import uuid

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from apps.audit.models import AuditEntry
from apps.audit.record import record
from apps.tenants.context import acting_as, acting_in
from apps.tenants.models import CompanyProfile, Membership, Tenant
from tests.factories import Company


def test_without_a_tenant_no_row_is_visible(acme: Company) -> None:
    assert Tenant.objects.count() == 0
    assert Membership.objects.count() == 0
    assert CompanyProfile.objects.count() == 0


def test_acting_in_a_tenant_shows_its_rows_only(acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id):
        assert list(Tenant.objects.all()) == [acme.tenant]
        assert {profile.name for profile in CompanyProfile.objects.all()} == {"Acme sp. z o.o."}


def test_the_view_closes_again_when_the_block_ends(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        pass

    assert Tenant.objects.count() == 0


def test_the_view_closes_again_after_an_exception(acme: Company) -> None:
    with pytest.raises(ValueError, match="x"), acting_in(acme.tenant.id):
        raise ValueError("x")

    assert Tenant.objects.count() == 0


def test_a_row_cannot_be_written_into_another_tenant(acme: Company, globex: Company) -> None:
    with pytest.raises(DatabaseError), acting_in(acme.tenant.id):
        CompanyProfile.objects.create(tenant=globex.tenant, valid_from="2026-01-01", name="x", address_l1="y")


def test_a_person_sees_their_own_memberships_and_tenants(acme: Company, globex: Company) -> None:
    with acting_as(acme.people["ola"].id):
        assert list(Tenant.objects.all()) == [acme.tenant]
        assert {membership.user_id for membership in Membership.objects.all()} == {acme.people["ola"].id}


def test_one_transaction_cannot_serve_two_tenants(acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id), pytest.raises(RuntimeError), acting_in(globex.tenant.id):
        pass


def test_an_audit_entry_cannot_be_changed_or_deleted(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        record(tenant_id=acme.tenant.id, event="tenant.created")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AuditEntry.objects.update(event="nothing")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AuditEntry.objects.all().delete()


@pytest.mark.django_db
def test_the_application_role_owns_nothing_and_has_no_special_power() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_every_table_with_a_tenant_has_forced_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped "
            "AND c.relnamespace = 'public'::regnamespace AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_the_platform_function_returns_ids_only(acme: Company, globex: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_tenant_ids()")
        rows = cursor.fetchall()

    assert {row for (row,) in rows} == {acme.tenant.id, globex.tenant.id}
    assert all(isinstance(row, uuid.UUID) for (row,) in rows)
