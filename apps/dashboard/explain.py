"""Turns stored reasons into sentences: what it means and why nothing was sent, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import get_language

from apps.documents.mapping.catalogue import CATALOGUE, action_of, message_of
from apps.documents.mapping.overrides import Override
from apps.documents.mapping.reasons import Code, Language, Reason, Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """One reason as a person reads it."""

    code: str
    field: str
    message: str
    action: str
    solutions: tuple[type[Override], ...] = ()


def language() -> Language:
    return "pl" if (get_language() or "").startswith("pl") else "en"


def explain(reasons: Sequence[Mapping[str, Any]]) -> list[Explanation]:
    """The mapping's reasons, in their order; codes of the engine are explained by its own wording."""
    return [_one(reason) for reason in reasons if reason["code"] in Code.__members__]


def solutions_of(explanations: Sequence[Explanation]) -> tuple[type[Override], ...]:
    """Every kind of statement that can solve one of them, each once."""
    return tuple(dict.fromkeys(solution for explanation in explanations for solution in explanation.solutions))


def _one(stored: Mapping[str, Any]) -> Explanation:
    reason = Reason(
        Code(stored["code"]), stored["field"], {name: _back(value) for name, value in stored["params"].items()}
    )
    return Explanation(
        code=reason.code,
        field=reason.field,
        message=message_of(reason, language()),
        action=action_of(reason, language()),
        solutions=CATALOGUE[reason.code].solved_by,
    )


def _back(value: object) -> object:
    """Both languages of a text were stored as an object."""
    if isinstance(value, dict) and value.keys() == {"pl", "en"}:
        texts = cast(dict[str, str], value)
        return Text(texts["pl"], texts["en"])
    return value
