"""Stored reasons as sentences, in the language the program asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from apps.documents.mapping.catalogue import action_of, message_of
from apps.documents.mapping.reasons import Code, Language, Reason, Text


def reasons_of(stored: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each with code and field; a code of the engine itself has no sentence here, its meaning is in `reason_code`."""
    return [_one(reason) for reason in stored]


def _one(stored: Mapping[str, Any]) -> dict[str, str]:
    told = {"code": stored["code"], "field": stored.get("field", ""), "message": "", "action": ""}
    if stored["code"] not in Code.__members__:
        return told
    # Both languages of a text were stored as an object.
    params = {
        name: Text(value["pl"], value["en"]) if isinstance(value, dict) and value.keys() == {"pl", "en"} else value
        for name, value in stored["params"].items()
    }
    reason = Reason(Code(stored["code"]), stored["field"], params)
    language: Language = "pl" if (get_language() or "").startswith("pl") else "en"
    return told | {"message": message_of(reason, language), "action": action_of(reason, language)}
