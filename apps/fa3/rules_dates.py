"""Dates of the document against each other and against the day it is sent."""

from collections.abc import Iterator
from datetime import date

from apps.fa3.document import Document, Paid, PaidInParts
from apps.fa3.facts import Facts
from apps.fa3.problem import Problem


def issue_is_not_ahead(document: Document, facts: Facts) -> Iterator[Problem]:
    """KSeF refuses a P_1 after the day of acceptance (status 450)."""
    if facts.filing_date is not None and document.issued_on > facts.filing_date:
        yield Problem(
            code="P1_IN_FUTURE",
            path="Fa/P_1",
            pl=f"Data wystawienia {document.issued_on} jest późniejsza niż dzień wysyłki. Wyślij dokument w tym dniu.",
            en=f"The date of issue {document.issued_on} lies after the day of filing. File the document on that day.",
        )


def supply_is_dated_once(document: Document, _: Facts) -> Iterator[Problem]:
    """P_6 or OkresFa speaks for all rows, P_6A for one; not both (information sheet)."""
    if document.supplied is None:
        return
    for place, row in enumerate(document.rows, 1):
        if row.supplied_on is not None:
            yield Problem(
                code="SUPPLY_DATED_TWICE",
                path=f"Fa/FaWiersz[{place}]/P_6A",
                pl="Data dostawy stoi na dokumencie i na pozycji. Zostaw jedną z nich.",
                en="The supply is dated on the document and on the row. Keep one of the dates.",
            )


def payment_is_not_ahead(document: Document, facts: Facts) -> Iterator[Problem]:
    """A payment stated as made cannot lie after the day of filing."""
    if facts.filing_date is None:
        return
    for path, day in payment_days(document):
        if day > facts.filing_date:
            yield Problem(
                code="PAID_IN_FUTURE",
                path=path,
                pl=f"Data zapłaty {day} jest późniejsza niż dzień wysyłki. Popraw datę albo usuń zapłatę.",
                en=f"The date of payment {day} lies after the day of filing. Correct it or remove the payment.",
            )


DATE_RULES = (issue_is_not_ahead, supply_is_dated_once, payment_is_not_ahead)


def payment_days(document: Document) -> Iterator[tuple[str, date]]:
    """The days on which money came in, with their paths."""
    received = document.payment.received if document.payment else None
    if isinstance(received, Paid):
        yield "Fa/Platnosc/DataZaplaty", received.on
    elif isinstance(received, PaidInParts):
        for place, part in enumerate(received.parts, 1):
            yield f"Fa/Platnosc/ZaplataCzesciowa[{place}]/DataZaplatyCzesciowej", part.on
