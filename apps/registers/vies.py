"""VIES: is an EU VAT number valid, asked in the tenant's own name so that the answer is evidence."""

from typing import Any

from django.conf import settings

from .answer import Answer
from .http import RegisterUnavailable, ask_json


def ask_vies(number: str, *, asker_nip: str) -> Answer:
    """Ask about a number with its country ("DE123456789"); raises RegisterUnavailable when VIES does not know."""
    question = {
        "countryCode": number[:2],
        "vatNumber": number[2:],
        "requesterMemberStateCode": "PL",
        "requesterNumber": asker_nip,
    }
    content = ask_json(f"{settings.VIES_URL.rstrip('/')}/check-vat-number", body=question)
    if not isinstance(content, dict):
        raise RegisterUnavailable("VIES answered with something that is no answer.")
    if not isinstance(content.get("valid"), bool) or content.get("actionSucceed") is False:
        raise RegisterUnavailable(f"VIES could not say: {_fault(content)}.")
    if content.get("userError") not in (None, "VALID", "INVALID"):
        # A member state that is away is no "invalid".
        raise RegisterUnavailable(f"VIES could not say: {str(content['userError'])[:60]}.")
    if any(content.get(key, question[key]) != question[key] for key in ("countryCode", "vatNumber")):
        raise RegisterUnavailable("VIES answered about another number.")
    return Answer(
        is_confirmed=content["valid"],
        name=_text(content.get("name")),
        status="valid" if content["valid"] else "invalid",
        request_id=_text(content.get("requestIdentifier")),
        content=content,
    )


def _fault(content: dict[str, Any]) -> str:
    """MS_UNAVAILABLE and the like."""
    wrappers = content.get("errorWrappers")
    first = wrappers[0] if isinstance(wrappers, list) and wrappers else {}
    return str(first.get("error") if isinstance(first, dict) else "no reason given")[:60]


def _text(value: Any) -> str:
    """Member states that do not tell a name write three dashes."""
    return value.strip()[:512] if isinstance(value, str) and value.strip(" -") else ""
