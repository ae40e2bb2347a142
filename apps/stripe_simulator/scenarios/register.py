from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import stories
from .stage import Stage

Phase = Callable[[Stage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    pl: str
    en: str
    expected: tuple[str, ...]
    phases: tuple[Phase, ...]
    sample: bool = True  # part of the set that runs when no name is given
    needs: tuple[str, ...] = ()  # what the product must have besides, such as exchange rates


def _scenario(name: str, pl: str, en: str, *expected: str, story: Phase, **more: object) -> Scenario:
    return Scenario(name=name, pl=pl, en=en, expected=expected, phases=(story,), **more)  # type: ignore[arg-type]  # fields by name


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        _scenario(
            "domestic",
            "Krajowy abonament dla firmy, VAT 23%.",
            "A domestic subscription for a business, 23% VAT.",
            "filed",
            story=stories.domestic,
        ),
        _scenario(
            "domestic_paid",
            "Krajowy abonament opłacony od razu kartą.",
            "A domestic subscription, paid by card at once.",
            "filed",
            story=stories.domestic_paid,
        ),
        _scenario(
            "mixed_rates",
            "Szkolenie, catering i e-booki: stawki 23%, 8% i 5% na jednej fakturze.",
            "Training, catering and e-books: 23%, 8% and 5% on one invoice.",
            "filed",
            story=stories.mixed_rates,
        ),
        _scenario(
            "reverse_charge",
            "Niemiecka firma z numerem VAT UE, euro, odwrotne obciążenie.",
            "A German business with an EU VAT number, in euros, reverse charge.",
            "filed",
            story=stories.reverse_charge,
        ),
        _scenario(
            "inclusive_consumer",
            "Konsument bez NIP, ceny brutto i rabat 15%: poza KSeF.",
            "A consumer without a tax id, gross prices, 15% off: not for KSeF.",
            "skipped:B2C",
            story=stories.inclusive_consumer,
        ),
        _scenario(
            "inclusive_business",
            "Firma, ceny brutto w trzech stawkach i rabat 15% na całość.",
            "A business, gross prices at three rates, 15% off the whole.",
            "filed",
            story=stories.inclusive_business,
        ),
        _scenario(
            "line_coupon",
            "Jedna pozycja gratis i 30 zł rabatu na całej fakturze.",
            "One line free of charge and 30 PLN off the whole invoice.",
            "filed",
            story=stories.line_coupon,
        ),
        _scenario(
            "proration",
            "Zmiana planu w trakcie miesiąca: zwrot niewykorzystanego czasu i dopłata.",
            "A change of plan in mid-month: unused time back, the larger plan charged.",
            "filed",
            "filed",
            story=stories.proration,
        ),
        _scenario(
            "proration_classic",
            "To samo w klasycznym trybie rozliczania subskrypcji.",
            "The same under the classic billing mode of subscriptions.",
            "filed",
            "filed",
            story=stories.proration_classic,
            sample=False,
        ),
        _scenario(
            "full_credit",
            "Opłacona faktura, potem nota kredytowa na całość.",
            "A paid invoice, then a credit note for all of it.",
            "filed",
            "filed",
            story=stories.full_credit,
        ),
        _scenario(
            "partial_credit",
            "Nota kredytowa na jedno z trzech stanowisk.",
            "A credit note for one of three seats.",
            "filed",
            "filed",
            story=stories.partial_credit,
        ),
        _scenario(
            "amount_only_credit",
            "Nota na samą kwotę przy trzech stawkach VAT: nie wiadomo, której dotyczy.",
            "A credit note by amount only over three VAT rates: nobody says which one it concerns.",
            "filed",
            "held:CREDIT_NOTE_UNALLOCATED",
            story=stories.amount_only_credit,
        ),
        _scenario(
            "split_amount_credit",
            "Nota na kwotę, z podziałem na netto i VAT.",
            "A credit note by amount that does show its VAT.",
            "filed",
            "filed",
            story=stories.split_amount_credit,
        ),
        _scenario(
            "british_business",
            "Firma z Wielkiej Brytanii, funty, bez polskiego VAT.",
            "A British business, in pounds, no Polish VAT.",
            "filed",
            story=stories.british_business,
        ),
        _scenario(
            "american_without_id",
            "Klient z USA bez numeru podatkowego, dolary.",
            "An American customer without a tax id, in dollars.",
            "filed",
            story=stories.american_without_id,
        ),
        _scenario(
            "wrong_nip",
            "Polska firma z NIP-em, który nie przechodzi sumy kontrolnej.",
            "A Polish business whose NIP fails its checksum.",
            "held:BUYER_NIP_INVALID",
            story=stories.wrong_nip,
        ),
        _scenario(
            "trial",
            "Okres próbny: faktura na zero.",
            "A trial period: an invoice of zero.",
            "skipped:ZERO_TOTAL",
            story=stories.trial,
        ),
        _scenario(
            "void_before_filing",
            "Faktura unieważniona, zanim ktokolwiek zdążył ją wysłać.",
            "An invoice voided before anybody could file it.",
            "skipped:VOID",
            story=stories.void_before_filing,
        ),
        Scenario(
            name="void_after_filing",
            pl="Faktura wysłana do KSeF, potem unieważniona w Stripe (dwa kroki).",
            en="An invoice filed in KSeF and then voided in Stripe (two steps).",
            expected=("filed", "filed"),
            phases=(stories.open_invoice, stories.void_it),
        ),
        _scenario(
            "euro_domestic",
            "Polska firma, euro i VAT 23%: potrzebny kurs NBP.",
            "A Polish business, in euros with 23% VAT: needs the NBP rate.",
            "filed",
            story=stories.euro_domestic,
            needs=("nbp_rates",),
        ),
        _scenario(
            "thirty_lines",
            "Faktura na 30 pozycji z ułamkowymi ilościami.",
            "An invoice of 30 lines with decimal quantities.",
            "filed",
            story=stories.thirty_lines,
        ),
        _scenario(
            "shipping",
            "Urządzenia z kosztem dostawy.",
            "Devices with a shipping cost.",
            "filed",
            story=stories.shipping,
        ),
        _scenario(
            "blik",
            "Faktura opłacona BLIKIEM.",
            "An invoice paid with BLIK.",
            "filed",
            story=stories.blik,
        ),
    )
}
