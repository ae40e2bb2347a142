"""Every event that anything records has a sentence in both languages."""

import ast
import re
from pathlib import Path
from typing import Any

from django.utils.translation import override

from apps.audit.record import record
from apps.dashboard.audit_sentences import SENTENCES, sentence_of
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.tenants.signed_in import signed_in

APPS = Path(__file__).parents[2] / "apps"
RECORDERS = {"record", "_record", "note", "_note", "Happening"}
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
# Notes of the mapping on what it read in a Stripe object, not events.
NOT_EVENTS = {"lines.data", "lines.has_more"}


def recorded() -> set[str]:
    """The codes that stand as such where something is recorded."""
    return {
        code.value
        for path in APPS.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in RECORDERS
        for given in [*call.args, *(keyword.value for keyword in call.keywords)]
        for code in ast.walk(given)
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and CODE.fullmatch(code.value)
    }


def test_every_recorded_event_has_a_sentence() -> None:
    found = recorded() - NOT_EVENTS

    assert len(found) > 50
    assert found - SENTENCES.keys() == set()
    assert {f"filing.{state.value}" for state in State} - SENTENCES.keys() == set()


def test_each_sentence_is_whole_and_differs_in_the_two_languages() -> None:
    for event in SENTENCES:
        with override("en"):
            english = sentence_of(event)
        with override("pl"):
            polish = sentence_of(event)
        assert english.endswith(".")
        assert polish.endswith(".")
        assert english != polish


def test_the_log_says_what_happened_beside_the_code(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    ola = signed_in(acme.people["ola"])
    with acting_in(acme.tenant.id):
        record(tenant_id=acme.tenant.id, event="api_key.made", subject=("key", "1"))
        record(tenant_id=acme.tenant.id, event="something.newer", subject=("key", "2"))

    page = ola.get(f"/c/{acme.tenant.id}/settings/audit/", headers={"accept-language": "pl"}).content.decode()

    assert re.search(r"Utworzono klucz API\.<br><code>api_key", page)
    assert re.search(r'data-label="Co"><code>something', page)
