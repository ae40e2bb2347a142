import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from apps.ksef_client import permissions
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.permissions import OWNER, Claims, abilities, may_file, read_claims
from tests.ksef_client.conftest import BASE


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'HS256'})}.{part(claims)}.c2ln"


def grant(scope: str, state: str | None = "Active") -> dict[str, Any]:
    return {"permissionScope": scope, "permissionState": state, "description": "Opis", "canDelegate": False}


def test_ones_own_rights_are_asked_for(ksef: Ksef, http: responses.RequestsMock) -> None:
    answer = {
        "permissions": [grant("InvoiceWrite"), grant("InvoiceRead", "Inactive"), grant("NewRight", None)],
        "ownerPermissions": ["CredentialsManage"],
        "hasMore": True,
    }
    http.post(f"{BASE}/permissions/query/personal/grants", json=answer)

    mine = permissions.my_permissions(ksef)

    assert mine.names == {"InvoiceWrite", "NewRight", "CredentialsManage"}
    assert mine.has_more


@pytest.mark.parametrize(("answer", "expected"), [({"isAttachmentAllowed": True}, True), ({}, False)])
def test_consent_to_attachments_is_asked_for(
    ksef: Ksef, http: responses.RequestsMock, answer: dict[str, Any], expected: bool
) -> None:
    http.get(f"{BASE}/permissions/attachments/status", json=answer)

    assert permissions.attachments_allowed(ksef) is expected


def test_an_access_token_tells_its_rights_its_company_and_its_end() -> None:
    token = jwt(
        per='["InvoiceWrite","InvoiceRead"]', pec='["InvoiceRead"]', civ="5265877635", arn="AU-1", exp=1795263600
    )

    assert read_claims(token) == Claims(
        frozenset({"InvoiceWrite"}), "5265877635", "AU-1", datetime(2026, 11, 21, 12, 20, tzinfo=UTC)
    )


def test_effective_rights_win_over_listed_ones() -> None:
    claims = read_claims(jwt(per=["Owner"], pep=["InvoiceWrite"], rol="not json"))

    assert claims is not None
    assert claims.permissions == {"InvoiceWrite"}


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.!!!.c", f"a.{base64.urlsafe_b64encode(b'[1]').decode()}.c"])
def test_what_is_no_token_tells_nothing(token: str) -> None:
    assert read_claims(token) is None


def test_an_owner_may_do_everything_and_a_reader_may_not_file() -> None:
    assert all(ability.is_given for ability in abilities([OWNER]))
    assert may_file([OWNER])
    assert may_file(["InvoiceWrite"])
    assert not may_file(["InvoiceRead", "Introspection"])
    assert [ability.is_given for ability in abilities(["InvoiceRead"])] == [False, True, False, False]


def test_every_ability_is_a_sentence_in_both_languages() -> None:
    assert all(ability.pl and ability.en and ability.pl != ability.en for ability in abilities([]))
