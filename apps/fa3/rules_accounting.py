"""What an accountant would ask about; nothing here stops a document."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from apps.fa3.document import BucketKind, Document, Kind, PaymentForm, Period
from apps.fa3.facts import Facts
from apps.fa3.looks import looks_like_gtu_12, looks_like_person
from apps.fa3.problem import Problem
from apps.fa3.row_sums import ZERO, computed_tax_of, is_collective, rows_by_bucket, sum_of
from apps.fa3.rules_dates import payment_days

_LONGEST_ADVANCE = timedelta(days=60)  # art. 106i(7)
_LAST_DAY_TO_ISSUE = 15  # of the month after the supply, art. 106i(1)
_WHITE_LIST_LIMIT = Decimal(15_000)  # PLN, art. 117ba of the Tax Ordinance


def tax_fits_the_rate(document: Document, facts: Facts) -> Iterator[Problem]:
    """Rounding moves the tax by one grosz a row at most."""
    if is_collective(document):
        return
    grouped = rows_by_bucket(document)
    for bucket in document.buckets:
        rows = grouped.get(bucket.kind, [])
        if bucket.tax is None or not rows or document.kind not in (Kind.INVOICE, Kind.CORRECTION):
            continue
        expected = sum_of(rows, computed_tax_of)
        if abs(bucket.tax - expected) > facts.grosz * len(rows):
            yield _warning(
                "TAX_OFF_RATE",
                f"Fa/P_14_{bucket.kind}",
                f"Podatek {bucket.tax} nie odpowiada stawce: z pozycji wynika {expected}.",
                f"The tax {bucket.tax} does not fit the rate: the rows give {expected}.",
            )


def rate_is_of_the_day_before(document: Document, facts: Facts) -> Iterator[Problem]:
    """The NBP mid rate of the last business day before the reference day (art. 31a); corrections keep the old rate."""
    if document.kind.is_correction:
        return
    for place, row in enumerate(document.rows, 1):
        # A row that takes back part of an earlier document keeps that document's rate (art. 31b(1)).
        is_negative = (row.net or row.gross or ZERO) < 0
        expected = _rate_before(_reference_day(document, row.supplied_on), facts)
        if row.exchange_rate is None or expected is None or is_negative or row.exchange_rate == expected:
            continue
        yield _warning(
            "RATE_OF_ANOTHER_DAY",
            f"Fa/FaWiersz[{place}]/KursWaluty",
            f"Kurs {row.exchange_rate} różni się od kursu NBP z dnia poprzedzającego ({expected}).",
            f"The rate {row.exchange_rate} differs from the NBP rate of the day before ({expected}).",
        )


def issued_in_time(document: Document, _: Facts) -> Iterator[Problem]:
    """By the 15th of the month after the supply, and at most 60 days before it unless a period is named (art. 106i)."""
    days = _supply_days(document)
    if document.kind.is_correction or not days:
        return
    if document.issued_on > _last_day_to_issue(min(days)):
        yield _warning(
            "ISSUED_LATE",
            "Fa/P_1",
            f"Dokument wystawiono {document.issued_on}, po 15. dniu miesiąca po dostawie z {min(days)}.",
            f"The document was issued on {document.issued_on}, after the 15th of the month after {min(days)}.",
        )
    if not isinstance(document.supplied, Period) and max(days) - document.issued_on > _LONGEST_ADVANCE:
        yield _warning(
            "ISSUED_EARLY",
            "Fa/P_1",
            f"Dokument wystawiono ponad 60 dni przed dostawą z {max(days)}.",
            f"The document was issued more than 60 days before the supply of {max(days)}.",
        )


def rows_are_complete(document: Document, _: Facts) -> Iterator[Problem]:
    """Name, unit and quantity, art. 106e(1)(7) and (8)."""
    if document.kind is not Kind.INVOICE:
        return
    for place, row in enumerate(document.rows, 1):
        for name, value in (("P_7", row.name), ("P_8A", row.unit), ("P_8B", row.quantity)):
            if value is None:
                yield _warning(
                    "ROW_INCOMPLETE",
                    f"Fa/FaWiersz[{place}]/{name}",
                    "Pozycja nie ma nazwy, jednostki albo ilości, których wymaga art. 106e ustawy.",
                    "The row lacks the name, unit or quantity art. 106e of the Act asks for.",
                )


def foreign_businesses_are_businesses(document: Document, facts: Facts) -> Iterator[Problem]:
    """Reverse charge within the EU holds for businesses only (art. 28b, 100(1)(4))."""
    if BucketKind.EU_SERVICE not in {bucket.kind for bucket in document.buckets}:
        return
    if not facts.is_vies_confirmed:
        yield _warning(
            "VIES_UNCHECKED",
            "Podmiot2/DaneIdentyfikacyjne/NrVatUE",
            "Numer VAT UE nabywcy nie został potwierdzony w VIES. Sprawdź go.",
            "The buyer's EU VAT number was not confirmed in VIES. Check it.",
        )
    if document.buyer.name is not None and looks_like_person(document.buyer.name):
        yield _warning(
            "BUYER_LOOKS_LIKE_PERSON",
            "Podmiot2/DaneIdentyfikacyjne/Nazwa",
            "Nabywca wygląda na osobę prywatną, a stawka np II dotyczy przedsiębiorców. Sprawdź nabywcę.",
            "The buyer looks like a private person, but np II is for businesses. Check the buyer.",
        )


def known_services_have_their_gtu(document: Document, _: Facts) -> Iterator[Problem]:
    """Consulting, accounting, legal, training and marketing services are GTU_12."""
    for place, row in enumerate(document.rows, 1):
        if row.gtu is None and row.name is not None and looks_like_gtu_12(row.name):
            yield _warning(
                "GTU_MISSING",
                f"Fa/FaWiersz[{place}]/GTU",
                f"Usługa „{row.name}” wygląda na GTU_12, a pozycja nie ma oznaczenia.",
                f"The service “{row.name}” looks like GTU_12, but the row has no mark.",
            )


def large_transfers_go_to_listed_accounts(document: Document, facts: Facts) -> Iterator[Problem]:
    """A buyer who pays more than 15 000 PLN to an account off the white list is liable for the seller's VAT."""
    is_transfer = document.payment is not None and document.payment.form is PaymentForm.TRANSFER
    if is_transfer and not facts.is_account_listed and _total_in_pln(document) > _WHITE_LIST_LIMIT:
        yield _warning(
            "ACCOUNT_UNLISTED",
            "Fa/Platnosc/RachunekBankowy",
            "Przelew powyżej 15 000 zł powinien iść na rachunek z białej listy. Sprawdź rachunek.",
            "A transfer above 15 000 PLN should go to an account on the white list. Check the account.",
        )


def rows_are_positive(document: Document, _: Facts) -> Iterator[Problem]:
    """A negative row on an ordinary document is strictly a correction of an earlier one (art. 106j(1))."""
    if document.kind.is_correction:
        return
    for place, row in enumerate(document.rows, 1):
        if (row.net or row.gross or ZERO) < 0:
            yield _warning(
                "NEGATIVE_LINES",
                f"Fa/FaWiersz[{place}]",
                "Pozycja ma wartość ujemną: zmniejsza wcześniejszą sprzedaż bez korekty.",
                "The row has a negative value: it reduces an earlier sale without a correction.",
            )


def paid_by_the_day_of_issue(document: Document, _: Facts) -> Iterator[Problem]:
    for path, day in payment_days(document):
        if day > document.issued_on:
            yield _warning(
                "PAID_AFTER_ISSUE",
                path,
                f"Data zapłaty {day} jest późniejsza niż data wystawienia {document.issued_on}.",
                f"The date of payment {day} is later than the date of issue {document.issued_on}.",
            )


def reverse_charge_note_outside_the_eu(document: Document, _: Facts) -> Iterator[Problem]:
    """The note is for buyers who settle VAT or a similar tax (art. 106e(1)(18)); some countries have none."""
    kinds = {bucket.kind for bucket in document.buckets}
    others = {BucketKind.EU_SERVICE, BucketKind.DOMESTIC_REVERSE_CHARGE}
    if document.annotations.is_reverse_charge and BucketKind.OUTSIDE_POLAND in kinds and not kinds & others:
        yield _warning(
            "REVERSE_CHARGE_NOTE",
            "Fa/Adnotacje/P_18",
            "Odwrotne obciążenie przy np I jest właściwe, gdy w kraju nabywcy jest podatek podobny do VAT.",
            "Reverse charge with np I is right when the buyer's country has a tax of the VAT kind.",
        )


ACCOUNTING_RULES = (
    tax_fits_the_rate,
    rate_is_of_the_day_before,
    issued_in_time,
    rows_are_complete,
    foreign_businesses_are_businesses,
    known_services_have_their_gtu,
    large_transfers_go_to_listed_accounts,
    rows_are_positive,
    paid_by_the_day_of_issue,
    reverse_charge_note_outside_the_eu,
)


def _warning(code: str, path: str, pl: str, en: str) -> Problem:
    return Problem(code=code, path=path, pl=pl, en=en, is_warning=True)


def _supply_days(document: Document) -> list[date]:
    return _supply_days_of_all(document) + [row.supplied_on for row in document.rows if row.supplied_on is not None]


def _supply_days_of_all(document: Document) -> list[date]:
    """The day stated for all rows at once, the last one of a period; none or one."""
    match document.supplied:
        case Period(last=last):
            return [last]
        case date() as day:
            return [day]
    return []


def _last_day_to_issue(supplied_on: date) -> date:
    years, month = divmod(supplied_on.month, 12)
    return date(supplied_on.year + years, month + 1, _LAST_DAY_TO_ISSUE)


def _reference_day(document: Document, supplied_on: date | None) -> date:
    """The earlier of the date of issue and the tax point; under the cash method payment alone makes the tax point."""
    days = [document.issued_on, *(day for _, day in payment_days(document))]
    if not document.annotations.is_cash_method:
        days += [supplied_on] if supplied_on is not None else _supply_days_of_all(document)
    return min(days)


def _rate_before(day: date, facts: Facts) -> Decimal | None:
    earlier = [each for each in facts.nbp_rates if each < day]
    return facts.nbp_rates[max(earlier)] if earlier else None


def _total_in_pln(document: Document) -> Decimal:
    """The total in złoty at the first rate on the document, 0 when a foreign document states none."""
    if document.currency == "PLN":
        return document.total
    rates = (row.exchange_rate for row in document.rows if row.exchange_rate is not None)
    return document.total * next(rates, ZERO)
