from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from apps.ksef_simulator.people.granting import internal_id_checks
from apps.ksef_simulator.people.identity import fingerprint
from tests.ksef_simulator.client import Client, codes
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.signing import PERSON, SEAL, Signer

GLOBEX, PARTNER = "5252344078", "1111111111"
PERSON_DETAILS = {"subjectDetailsType": "PersonByIdentifier", "personById": {"firstName": "Jan", "lastName": "Kowal"}}


def company(nip: str) -> Signer:
    return Signer({oid: value.replace(SELLER, nip) for oid, value in SEAL.items()})


def person(pesel: str) -> Signer:
    return Signer({**PERSON, NameOID.SERIAL_NUMBER: f"PNOPL-{pesel}"})


@pytest.fixture
def owner(client: Client) -> Client:
    return client.signed_in(company(SELLER))


def done(client: Client, method: str, path: str, body: Any = None) -> int:
    """Start an operation and return the status it ends with."""
    answer = client.call(method, path, json=body) if body is not None else client.call(method, path)
    assert answer.status_code == 202, answer.text
    status: int = client.get(f"/permissions/operations/{answer.json()['referenceNumber']}").json()["status"]["code"]
    return status


def to_person(client: Client, kind: str, value: str, *permissions: str) -> int:
    return done(
        client,
        "POST",
        "/permissions/persons/grants",
        {
            "subjectIdentifier": {"type": kind, "value": value},
            "permissions": list(permissions),
            "description": "Dostęp do faktur",
            "subjectDetails": PERSON_DETAILS,
        },
    )


def to_entity(client: Client, nip: str, scope: str = "InvoiceWrite", *, delegate: bool = False) -> int:
    return done(
        client,
        "POST",
        "/permissions/entities/grants",
        {
            "subjectIdentifier": {"type": "Nip", "value": nip},
            "permissions": [{"type": scope, "canDelegate": delegate}],
            "description": "Obsługa faktur",
            "subjectDetails": {"fullName": "Globex sp. z o.o."},
        },
    )


def queried(client: Client, what: str, **body: Any) -> list[dict[str, Any]]:
    answer = client.post(f"/permissions/query/{what}", body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = next(value for value in answer.json().values() if isinstance(value, list))
    return found


def status_of(client: Client, signer: Signer, context: str = SELLER) -> int:
    code: int = client.sign_in_status(client.start_signed_sign_in(signer, context=f"<Nip>{context}</Nip>"))["status"][
        "code"
    ]
    return code


def test_a_person_works_with_exactly_what_was_granted_until_it_is_revoked(owner: Client) -> None:
    jan = person("80010112345")
    before = status_of(owner, jan)

    assert to_person(owner, "Pesel", "80010112345", "InvoiceRead", "Introspection") == 200
    reader = owner.signed_in(jan)
    granted = queried(owner, "persons/grants", queryType="PermissionsInCurrentContext")
    revoked = [done(owner, "DELETE", f"/permissions/common/grants/{each['id']}") for each in granted]

    assert before == 415
    assert reader.get("/sessions?sessionType=Online").status_code == 200
    assert reader.post("/sessions/online", {}).status_code == 403
    assert {each["permissionScope"] for each in granted} == {"InvoiceRead", "Introspection"}
    assert granted[0]["subjectPersonDetails"]["lastName"] == "Kowal"
    assert granted[0]["authorIdentifier"] == {"type": "Nip", "value": SELLER}
    assert revoked == [200, 200]
    assert status_of(owner, jan) == 415


def test_one_sees_ones_own_permissions(owner: Client) -> None:
    to_person(owner, "Pesel", "80010112345", "InvoiceRead")
    jan = owner.signed_in(person("80010112345"))

    mine = jan.post("/permissions/query/personal/grants", {}).json()
    owners = owner.post("/permissions/query/personal/grants", {}).json()

    assert [each["permissionScope"] for each in mine["permissions"]] == ["InvoiceRead"]
    assert "ownerPermissions" not in mine
    assert "CredentialsManage" in owners["ownerPermissions"]


def test_an_entity_works_for_its_client(owner: Client) -> None:
    assert to_entity(owner, GLOBEX) == 200

    globex = owner.signed_in(company(GLOBEX))
    session, envelope = globex.open_online()
    sent = globex.sent(session, envelope, invoice("FV/1"))
    received = queried(owner.signed_in(company(GLOBEX), context=f"<Nip>{GLOBEX}</Nip>"), "entities/grants")

    assert sent["status"]["code"] == 200
    assert received[0]["contextIdentifier"] == {"type": "Nip", "value": SELLER}
    assert received[0]["canDelegate"] is False


def test_an_office_passes_on_what_it_may_pass_on(owner: Client) -> None:
    office = owner.signed_in(company(GLOBEX), context=f"<Nip>{GLOBEX}</Nip>")
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": "80010112345"},
        "targetIdentifier": {"type": "Nip", "value": SELLER},
        "permissions": ["InvoiceWrite"],
        "description": "Obsługa klienta",
        "subjectDetails": PERSON_DETAILS,
    }
    too_early = done(office, "POST", "/permissions/indirect/grants", body)
    general = done(office, "POST", "/permissions/indirect/grants", body | {"targetIdentifier": {"type": "AllPartners"}})
    inactive = queried(office, "persons/grants", queryType="PermissionsGrantedInCurrentContext")
    to_entity(owner, GLOBEX, delegate=True)
    active = queried(office, "persons/grants", queryType="PermissionsGrantedInCurrentContext")
    selective = done(office, "POST", "/permissions/indirect/grants", body)

    assert (too_early, general, selective) == (410, 200, 200)
    assert [each["permissionState"] for each in inactive] == ["Inactive"]
    assert [each["permissionState"] for each in active] == ["Active"]
    assert active[0]["targetIdentifier"] == {"type": "AllPartners"}
    assert owner.signed_in(person("80010112345")).get("/sessions?sessionType=Online").status_code == 200


def test_a_self_billing_buyer_issues_for_its_supplier(owner: Client) -> None:
    body = {
        "subjectIdentifier": {"type": "Nip", "value": GLOBEX},
        "permission": "SelfInvoicing",
        "description": "Samofakturowanie",
        "subjectDetails": {"fullName": "Globex sp. z o.o."},
    }
    globex = owner.signed_in(company(GLOBEX), context=f"<Nip>{GLOBEX}</Nip>")
    session, envelope = globex.open_online()
    before = globex.sent(session, envelope, invoice("FV/1", self_invoicing=1))

    assert done(owner, "POST", "/permissions/authorizations/grants", body) == 200
    granted = queried(owner, "authorizations/grants", queryType="Granted")
    received = queried(globex, "authorizations/grants", queryType="Received")
    after = globex.sent(session, envelope, invoice("FV/1", self_invoicing=1))
    ordinary = globex.sent(session, envelope, invoice("FV/2"))
    revoked = done(owner, "DELETE", f"/permissions/authorizations/grants/{granted[0]['id']}")

    assert [each["status"]["code"] for each in (before, after, ordinary)] == [410, 200, 410]
    assert granted == received
    assert granted[0]["authorizedEntityIdentifier"] == {"type": "Nip", "value": GLOBEX}
    assert revoked == 200
    assert queried(owner, "authorizations/grants", queryType="Granted") == []
    assert globex.sent(session, envelope, invoice("FV/3", self_invoicing=1))["status"]["code"] == 410


def test_subunits_have_administrators_and_checked_numbers(owner: Client) -> None:
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": "80010112345"},
        "contextIdentifier": {"type": "InternalId", "value": f"{SELLER}-00004"},
        "subunitName": "Oddział w Krakowie",
        "description": "Administrator oddziału",
        "subjectDetails": PERSON_DETAILS,
    }

    def grant(**changes: Any) -> Any:
        return owner.post("/permissions/subunits/grants", body | changes)

    right = next(f"{SELLER}-0000{digit}" for digit in range(10) if internal_id_checks(f"{SELLER}-0000{digit}"))
    wrong = f"{SELLER}-0000{(int(right[-1]) + 1) % 10}"
    assert codes(grant(contextIdentifier={"type": "InternalId", "value": wrong})) == [21405]
    assert codes(grant(contextIdentifier={"type": "InternalId", "value": right}, subunitName=None)) == [21405]
    changed = body | {"contextIdentifier": {"type": "InternalId", "value": right}}
    assert done(owner, "POST", "/permissions/subunits/grants", changed) == 200
    (found,) = queried(owner, "subunits/grants")
    assert (found["subunitName"], found["permissionScope"]) == ("Oddział w Krakowie", "CredentialsManage")
    administrator = owner.signed_in(person("80010112345"), context=f"<InternalId>{right}</InternalId>")
    assert to_person(administrator, "Pesel", "90010112345", "InvoiceWrite") == 200


def test_the_checksum_of_an_internal_number_is_the_published_example() -> None:
    assert internal_id_checks("6824515772-12343")
    assert not internal_id_checks("6824515772-12344")


def test_a_parent_names_administrators_of_its_members(owner: Client) -> None:
    owner.post(
        "/testdata/subject",
        {
            "subjectNip": SELLER,
            "subjectType": "VatGroup",
            "description": "Grupa VAT",
            "subunits": [{"subjectNip": GLOBEX, "description": "Członek grupy"}],
        },
    )
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": "80010112345"},
        "contextIdentifier": {"type": "Nip", "value": GLOBEX},
        "description": "Administrator członka",
        "subjectDetails": PERSON_DETAILS,
    }

    assert done(owner, "POST", "/permissions/subunits/grants", body) == 200
    other = body | {"contextIdentifier": {"type": "Nip", "value": PARTNER}}
    assert done(owner, "POST", "/permissions/subunits/grants", other) == 410
    assert status_of(owner, person("80010112345"), GLOBEX) == 200
    assert [each["role"] for each in queried(owner, "subordinate-entities/roles")] == ["VatGroupSubUnit"]
    roles = owner.get("/permissions/query/entities/roles").json()["roles"]
    assert [each["role"] for each in roles] == ["VatGroupUnit"]
    member = owner.signed_in(company(GLOBEX), context=f"<Nip>{GLOBEX}</Nip>")
    (role,) = member.get("/permissions/query/entities/roles").json()["roles"]
    assert (role["role"], role["parentEntityIdentifier"]["value"]) == ("VatGroupSubUnit", SELLER)
    session, envelope = member.open_online()
    assert member.sent(session, envelope, invoice("FV/1"))["status"]["code"] == 200


def test_entities_of_the_eu_work_in_compound_contexts(owner: Client) -> None:
    foreign = Signer({**PERSON, NameOID.SERIAL_NUMBER: "IDCDE-123"})

    print_ = fingerprint(foreign.certificate.public_bytes(Encoding.DER)).value
    subject = {"type": "Fingerprint", "value": print_}
    entity = {"subjectDetailsType": "EntityByFingerprint", "entityByFp": {"fullName": "Umbrella", "address": "Berlin"}}
    body = {
        "subjectIdentifier": subject,
        "contextIdentifier": {"type": "NipVatUe", "value": f"{SELLER}-DE123456789"},
        "description": "Administrator podmiotu",
        "euEntityName": "Umbrella GmbH, Berlin",
        "subjectDetails": entity,
        "euEntityDetails": {"fullName": "Umbrella GmbH", "address": "Berlin"},
    }
    other = body | {"contextIdentifier": {"type": "NipVatUe", "value": f"{GLOBEX}-DE123456789"}}

    assert done(owner, "POST", "/permissions/eu-entities/administration/grants", other) == 410
    assert done(owner, "POST", "/permissions/eu-entities/administration/grants", body) == 200
    administrator = owner.signed_in(
        foreign,
        context=f"<NipVatUe>{SELLER}-DE123456789</NipVatUe>",
        identified_by="certificateFingerprint",
    )
    right = {
        "subjectIdentifier": {"type": "Fingerprint", "value": "A" * 64},
        "permissions": ["InvoiceRead"],
        "description": "Przeglądanie faktur",
        "subjectDetails": entity,
    }
    assert done(administrator, "POST", "/permissions/eu-entities/grants", right) == 200
    assert len(queried(administrator, "eu-entities/grants")) == 5
    seen = queried(owner, "eu-entities/grants", permissionTypes=["VatUeManage"])
    assert [each["vatUeIdentifier"] for each in seen] == ["DE123456789"]
    assert queried(administrator, "eu-entities/grants", authorizedFingerprintIdentifier="AAAA") != []


@pytest.mark.parametrize("changes", [{"permissions": []}, {"permissions": ["InvoiceRead", "InvoiceRead"]}])
def test_grants_must_name_each_permission_once(owner: Client, changes: dict[str, Any]) -> None:
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": "80010112345"},
        "permissions": ["InvoiceRead"],
        "description": "Dostęp do faktur",
        "subjectDetails": PERSON_DETAILS,
    }

    assert codes(owner.post("/permissions/persons/grants", body | changes)) == [21405]
    wrong_details = {"subjectDetailsType": "PersonByIdentifier"}
    assert codes(owner.post("/permissions/persons/grants", body | {"subjectDetails": wrong_details})) == [21405]


def test_operations_that_cannot_be_are_told_by_their_status(owner: Client) -> None:
    assert to_person(owner, "Nip", SELLER, "InvoiceRead") == 440
    assert to_entity(owner, SELLER) == 440
    assert to_person(owner, "Pesel", "80010112345", "EnforcementOperations") == 430
    assert done(owner, "DELETE", f"/permissions/common/grants/{'0' * 36}") == 400
    assert codes(owner.get(f"/permissions/operations/{'0' * 36}")) == [21405]
    answer = owner.post("/permissions/query/persons/grants", {"queryType": "PermissionsInCurrentContext"})
    assert answer.json() == {"permissions": [], "hasMore": False}


def test_granting_needs_the_right_to_grant(owner: Client) -> None:
    to_person(owner, "Pesel", "80010112345", "InvoiceRead")
    jan = owner.signed_in(person("80010112345"))

    answer = jan.post("/permissions/persons/grants", {})

    assert answer.json()["security"]["requiredAnyOfPermissions"] == ["CredentialsManage"]


def test_pages_of_permissions(owner: Client) -> None:
    for number in range(12):
        to_person(owner, "Pesel", f"800101123{number:02d}", "InvoiceRead")

    body = {"queryType": "PermissionsInCurrentContext"}
    pages = [owner.post(f"/permissions/query/persons/grants?pageOffset={page}", body).json() for page in (0, 1, 2)]

    assert [len(page["permissions"]) for page in pages] == [10, 2, 0]
    assert [page["hasMore"] for page in pages] == [True, False, False]


def test_a_linked_person_owns_the_company_and_a_dead_one_signs_in_no_more(owner: Client) -> None:
    body = {"nip": GLOBEX, "pesel": "80010112345", "isBailiff": True, "description": "Komornik sądowy"}
    owner.post("/testdata/person", body)

    twice = owner.post("/testdata/person", body)
    bailiff = owner.signed_in(person("80010112345"), context=f"<Nip>{GLOBEX}</Nip>")
    owned = bailiff.post("/permissions/query/personal/grants", {}).json()["ownerPermissions"]
    owner.post("/testdata/person/remove", {"nip": GLOBEX})
    removed = status_of(owner, person("80010112345"), GLOBEX)
    owner.post("/testdata/person", body | {"isDeceased": True})

    assert codes(twice) == [30001]
    assert "EnforcementOperations" in owned
    assert removed == 415
    assert status_of(owner, person("80010112345"), GLOBEX) == 470


def test_test_organisations_can_be_made_once_and_removed(client: Client) -> None:
    body = {"subjectNip": GLOBEX, "subjectType": "EnforcementAuthority", "description": "Organ egzekucyjny"}

    first, twice = client.post("/testdata/subject", body), client.post("/testdata/subject", body)
    client.post("/testdata/subject/remove", {"subjectNip": GLOBEX})

    assert (first.status_code, first.content) == (200, b"")
    assert codes(twice) == [30001]
    assert client.post("/testdata/subject", body).status_code == 200


def test_consent_to_attachments_is_given_and_ends(owner: Client) -> None:
    def allowed() -> Any:
        return owner.get("/permissions/attachments/status").json()

    before = allowed()
    owner.post("/testdata/attachment", {"nip": SELLER})
    given = allowed()
    owner.post("/testdata/attachment/revoke", {"nip": SELLER, "expectedEndDate": "2026-01-01"})
    ended = allowed()

    assert before == {"isAttachmentAllowed": False}
    assert given == {"isAttachmentAllowed": True}
    assert ended["isAttachmentAllowed"] is False
    assert ended["revokedDate"].startswith("2025-12-31T23:00:00")
