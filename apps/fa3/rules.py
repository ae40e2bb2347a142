"""Checks beyond the schema (fa3-mapping 4). KSeF accepts documents that break them; we do not send such documents.

Every rule is a function from a document and facts to problems; all of them are always asked.
"""

from collections.abc import Callable, Iterable

from apps.fa3.document import Document
from apps.fa3.facts import NO_FACTS, Facts
from apps.fa3.problem import Problem
from apps.fa3.rules_accounting import ACCOUNTING_RULES
from apps.fa3.rules_correction import CORRECTION_RULES
from apps.fa3.rules_dates import DATE_RULES
from apps.fa3.rules_party import PARTY_RULES
from apps.fa3.rules_totals import TOTAL_RULES
from apps.fa3.rules_vat import VAT_RULES

__all__ = ["Facts", "check", "errors", "warnings"]

Rule = Callable[[Document, Facts], Iterable[Problem]]

ERROR_RULES: tuple[Rule, ...] = (*PARTY_RULES, *DATE_RULES, *VAT_RULES, *TOTAL_RULES, *CORRECTION_RULES)
WARNING_RULES: tuple[Rule, ...] = ACCOUNTING_RULES


def check(document: Document, facts: Facts = NO_FACTS) -> list[Problem]:
    """Errors, then warnings."""
    return errors(document, facts) + warnings(document, facts)


def errors(document: Document, facts: Facts = NO_FACTS) -> list[Problem]:
    """What must be put right before the document may be sent."""
    return [problem for rule in ERROR_RULES for problem in rule(document, facts)]


def warnings(document: Document, facts: Facts = NO_FACTS) -> list[Problem]:
    """What an accountant would ask about."""
    return [problem for rule in WARNING_RULES for problem in rule(document, facts)]
