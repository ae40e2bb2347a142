"""Every command of docs/api.md does what the page says."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.documents.mapping.overrides import KINDS
from apps.filings.models import Filing
from apps.tenants.models import ApiKey
from tests.api.test_documents import filing_of, key_of
from tests.factories import Company

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.S)).replace("\\\n", " ")
COMMANDS = [line.strip() for line in SHELL.splitlines() if line.strip().startswith("curl")]


@pytest.fixture
def filing(acme: Company) -> Filing:
    cache.clear()
    return filing_of(acme)


def run(command: str, key: str, filing: Filing) -> Any:
    """Ask as curl would; an unknown option fails."""
    text = command.replace("$KEY", key).replace("$API", "/api/v1").replace("$ID", str(filing.id))
    method, address, body, headers = "GET", "", "", {}
    words = iter(shlex.split(text)[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-d":
            body = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-o":
            next(words)
        else:
            assert word.startswith("/"), word
            address = word
    return Client().generic(
        method, address, body, content_type=headers.pop("Content-Type", "application/octet-stream"), headers=headers
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works(acme: Company, filing: Filing, command: str) -> None:
    scope = ApiKey.Scope.AUDIT if "/audit/" in command else ApiKey.Scope.DECIDE

    answer = run(command, key_of(acme, scope), filing)

    # A document that was just captured has neither XML nor receipt yet; the page says 404.
    assert answer.status_code == (404 if " -o " in command else 200), answer.content
    if "?q=" in command:
        assert [found["id"] for found in answer.json()["documents"]] == [str(filing.id)]


def test_the_page_speaks_of_every_operation() -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    shown = {re.sub(r"\?.*", "", word).replace("$API", "/api/v1") for word in re.findall(r'"(\$API[^"]*)"', SHELL)}

    assert len(COMMANDS) >= 10
    assert {path.replace("{filing_id}", "$ID") for path in paths if not path.endswith("openapi.json")} == shown


def test_the_problem_it_shows_is_a_real_one(acme: Company, filing: Filing) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.S)[0])
    wrong = {"kind": "set_buyer_id", "values": {"id_type": "nip", "value": "1"}, "reason": "x"}
    headers = {"Authorization": f"Bearer {key_of(acme, ApiKey.Scope.DECIDE)}"}

    answer = Client(headers=headers).post(
        f"/api/v1/documents/{filing.id}/statements/", wrong, content_type="application/json"
    )

    told = answer.json()
    assert {name: told[name] for name in shown if name != "errors"} == {n: shown[n] for n in shown if n != "errors"}
    assert told["errors"][0]["field"] == shown["errors"][0]["field"]
    assert "set_buyer_id" in KINDS
