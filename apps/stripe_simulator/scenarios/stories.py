"""Each story makes documents on a stage and says what should become of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.operations.closing import pay, void
from apps.stripe_simulator.operations.credit_lines import LineWish
from apps.stripe_simulator.operations.crediting import Wish
from apps.stripe_simulator.records.invoices import CustomField, Invoice, ShippingCost
from apps.stripe_simulator.records.parties import Delivery

from . import goods
from .cast import PERSONAS
from .stage import Stage


def domestic(stage: Stage) -> None:
    stage.expect(_domestic(stage), "filed")


def domestic_paid(stage: Stage) -> None:
    stage.expect(pay(stage.change, _domestic(stage)), "filed")


def reverse_charge(stage: Stage) -> None:
    lines = [stage.sold("workshop_eur", 10), stage.sold("licence_eur"), stage.sold("api_eur", 1250)]
    invoice = stage.invoice(
        "german",
        lines,
        automatic_tax=True,
        collection_method="send_invoice",
        days_until_due=14,
        description="Consulting and licence",
    )
    stage.expect(invoice, "filed")


def inclusive_consumer(stage: Stage) -> None:
    stage.expect(_inclusive(stage, "consumer"), "skipped:B2C")


def inclusive_business(stage: Stage) -> None:
    stage.expect(_inclusive(stage, "kawiarnia"), "filed")


def line_coupon(stage: Stage) -> None:
    """One line free, the other at full price; and a fixed amount off the whole."""
    free = goods.coupon(stage.change, "GRATIS", percent=100)
    fixed = goods.coupon(stage.change, "MINUS30", amount=3_000)
    lines = [stage.sold("setup"), stage.sold("ebook", 2, off=free, buyer="fundacja"), stage.sold("hour", 3)]
    stage.expect(stage.invoice("fundacja", lines, rate=23, coupons=(fixed,)), "filed")


def proration(stage: Stage) -> None:
    _upgrade(stage, classic=False)


def proration_classic(stage: Stage) -> None:
    _upgrade(stage, classic=True)


def full_credit(stage: Stage) -> None:
    invoice = pay(stage.change, _domestic(stage))
    stage.expect(invoice, "filed")
    stage.expect(stage.credit_note(invoice, reason="duplicate"), "filed")


def partial_credit(stage: Stage) -> None:
    invoice = pay(stage.change, _domestic(stage))
    one_seat = Wish(lines=[LineWish(invoice_line_item=invoice.lines[1].id, quantity=Decimal(1))])
    stage.expect(invoice, "filed")
    stage.expect(stage.credit_note(invoice, one_seat, reason="order_change"), "filed")


def amount_only_credit(stage: Stage) -> None:
    """Three rates on the invoice and no word on which of them the amount belongs to."""
    invoice = _three_rates(stage, "wydawnictwo")
    stage.expect(invoice, "filed")
    stage.expect(stage.credit_note(invoice, Wish(amount=1_000)), "held:CREDIT_NOTE_UNALLOCATED")


def split_amount_credit(stage: Stage) -> None:
    invoice = _domestic(stage)
    stage.expect(invoice, "filed")
    stage.expect(stage.credit_note(invoice, Wish(amount=6_150, split_amount_by_rate=True)), "filed")


def mixed_rates(stage: Stage) -> None:
    stage.expect(_three_rates(stage, "drukarnia"), "filed")


def british_business(stage: Stage) -> None:
    stage.expect(stage.invoice("british", [stage.sold("licence_gbp", 5)], automatic_tax=True), "filed")


def american_without_id(stage: Stage) -> None:
    stage.expect(stage.invoice("american", [stage.sold("licence_usd")], automatic_tax=True), "filed")


def wrong_nip(stage: Stage) -> None:
    stage.expect(stage.invoice("wrong_nip", [stage.sold("setup")], rate=23), "held:BUYER_NIP_INVALID")


def trial(stage: Stage) -> None:
    subscription = stage.new_subscription()
    free = replace(
        stage.renewed("team", subscription=subscription),
        amount=0,
        unit_amount=Decimal(0),
        description="Trial period for Plan Team",
    )
    invoice = stage.invoice("klinika", [free], rate=23, subscription=subscription, billing_reason="subscription_create")
    stage.expect(invoice, "skipped:ZERO_TOTAL")


def void_before_filing(stage: Stage) -> None:
    """Both happen at once, so whoever looks after the event finds the invoice void."""
    invoice = stage.invoice("transport", [stage.sold("hour", 2)], rate=23)
    stage.expect(void(stage.change, invoice), "skipped:VOID")


def open_invoice(stage: Stage) -> None:
    stage.expect(stage.invoice("transport", [stage.sold("hour", 4)], rate=23), "filed")


def void_it(stage: Stage) -> None:
    """The correction to zero is the product's own document; it hangs on the voided invoice."""
    stage.expect(void(stage.change, stage.invoice_of_earlier_phase()), "filed", kind="void")


def euro_domestic(stage: Stage) -> None:
    subscription = stage.new_subscription()
    lines = [stage.renewed("team_eur", 2, subscription=subscription)]
    stage.expect(stage.invoice("drukarnia_eur", lines, rate=23, subscription=subscription), "filed")


def thirty_lines(stage: Stage) -> None:
    lines = [
        stage.sold("hour", f"{1 + number % 4}.{25 * (number % 4):02d}", description=f"Zadanie {number:02d}")
        for number in range(1, 31)
    ]
    stage.expect(stage.invoice("mleczarnia", lines, rate=23), "filed")


def shipping(stage: Stage) -> None:
    invoice = stage.invoice(
        "zaklad",
        [stage.sold("device", 2)],
        rate=23,
        shipping_cost=ShippingCost(shipping_rate=goods.shipping_rate(stage.change)),
        shipping_details=Delivery(name=PERSONAS["zaklad"].name, address=PERSONAS["zaklad"].address),
    )
    stage.expect(invoice, "filed")


def blik(stage: Stage) -> None:
    invoice = stage.invoice("kawiarnia", [stage.sold("training")], rate=23)
    stage.expect(pay(stage.change, invoice, method="blik"), "filed")


def _upgrade(stage: Stage, *, classic: bool) -> None:
    """The month before was filed; the upgrade takes back its rest and charges the larger plan."""
    subscription = stage.new_subscription()
    first = stage.invoice(
        "pracownia", [stage.renewed("start", subscription=subscription)], rate=23, subscription=subscription
    )
    lines = [
        stage.prorated(
            "start",
            -5_109,
            subscription=subscription,
            label="Unused time on",
            back_from=(first.id, first.lines[0].id),
            classic=classic,
        ),
        stage.prorated("team", 10_270, subscription=subscription, label="Remaining time on", classic=classic),
    ]
    upgrade = stage.invoice(
        "pracownia", lines, rate=23, subscription=subscription, billing_reason="subscription_update"
    )
    stage.expect(first, "filed")
    stage.expect(upgrade, "filed")


def _domestic(stage: Stage) -> Invoice:
    subscription = stage.new_subscription()
    lines = [
        stage.renewed("team", subscription=subscription),
        stage.renewed("seat", 3, subscription=subscription),
    ]
    return stage.invoice(
        "zaklad",
        lines,
        rate=23,
        subscription=subscription,
        subscription_metadata={"plan": "team"},
        custom_fields=(CustomField(name="Nr zamówienia", value="ZAM/2026/118"),),
        footer="Sąd Rejonowy (przykład), KRS 0000000000",
        metadata={"order_ref": "ZAM/2026/118"},
    )


def _three_rates(stage: Stage, buyer: str) -> Invoice:
    lines = [
        stage.sold("training", rate=23),
        stage.sold("meal", 12, rate=8),
        stage.sold("ebook", 5, rate=5),
    ]
    return stage.invoice(buyer, lines)


def _inclusive(stage: Stage, buyer: str) -> Invoice:
    autumn = goods.coupon(stage.change, "JESIEN15", percent=15)
    lines = [
        stage.sold("course_gross", rate=23),
        stage.sold("ebook_gross", 2, rate=5),
        stage.sold("parcel_gross", rate=8),
    ]
    return stage.invoice(buyer, lines, coupons=(autumn,), amount_tax_display="include_inclusive_tax")
