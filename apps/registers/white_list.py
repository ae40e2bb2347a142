"""The White List (list of VAT payers, art. 96b of the VAT Act): is a NIP an active payer, is an account on the list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from .answer import Answer
from .http import RegisterUnavailable, ask_json

MOST_AT_ONCE = 30
ACTIVE = "Czynny"


def ask_about_nips(nips: Sequence[str], *, day: date) -> dict[str, Answer]:
    """The standing of up to thirty numbers on a day; those the list says nothing about are left out."""
    url = f"{settings.WHITE_LIST_URL.rstrip('/')}/api/search/nips/{','.join(nips)}?date={day.isoformat()}"
    result = _result(ask_json(url))
    entries = result.get("entries")
    if not isinstance(entries, list):
        raise RegisterUnavailable("The White List answered with something that is no list.")
    answers: dict[str, Answer] = {}
    for entry in entries:
        nip = str(entry.get("identifier")) if isinstance(entry, dict) else ""
        if nip in nips and isinstance(entry.get("subjects"), list) and _is_about(nip, entry["subjects"]):
            answers[nip] = _standing(entry["subjects"], str(result.get("requestId", "")))
    return answers


def ask_about_account(nip: str, account: str, *, day: date) -> Answer:
    """Whether an account (26 digits) is on the list for this number."""
    digits = account.removeprefix("PL")
    url = f"{settings.WHITE_LIST_URL.rstrip('/')}/api/check/nip/{nip}/bank-account/{digits}?date={day.isoformat()}"
    result = _result(ask_json(url))
    assigned = result.get("accountAssigned")
    if assigned not in ("TAK", "NIE"):
        raise RegisterUnavailable("The White List answered with something that is no answer.")
    return Answer(assigned == "TAK", "", assigned, str(result.get("requestId", "")), result)


def _result(content: Any) -> dict[str, Any]:
    result = content.get("result") if isinstance(content, dict) else None
    if not isinstance(result, dict):
        message = content.get("message") if isinstance(content, dict) else None
        raise RegisterUnavailable(f"The White List could not say: {str(message or 'no reason given')[:200]}")
    return result


def _is_about(nip: str, subjects: list[Any]) -> bool:
    """Never take somebody else's standing for this number's."""
    return all(isinstance(subject, dict) and subject.get("nip", nip) == nip for subject in subjects)


def _standing(subjects: list[Any], request_id: str) -> Answer:
    """A number without a subject is on no list: not registered for VAT."""
    subject = subjects[0] if subjects else {}
    status = str(subject.get("statusVat") or "Niezarejestrowany")
    kept = {key: subject.get(key) for key in ("name", "nip", "statusVat", "regon", "krs", "removalDate")}
    return Answer(status == ACTIVE, str(subject.get("name") or "")[:512], status[:60], request_id, kept)
