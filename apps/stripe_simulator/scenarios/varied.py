"""Any number of varied documents, all of which can be filed; the same seed gives the same documents."""

from __future__ import annotations

import random
from collections import deque
from decimal import Decimal

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.operations.closing import pay
from apps.stripe_simulator.operations.credit_lines import LineWish
from apps.stripe_simulator.operations.crediting import Wish
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.invoices import Invoice, Line

from . import goods
from .stage import Stage

_POLISH = (
    "zaklad",
    "pracownia",
    "drukarnia",
    "kawiarnia",
    "transport",
    "fundacja",
    "klinika",
    "wydawnictwo",
    "mleczarnia",
)
_ONE_OFF = (("setup", 23), ("training", 23), ("hour", 23), ("ebook", 5), ("meal", 8), ("device", 23))
_GROSS = (("course_gross", 23), ("ebook_gross", 5), ("parcel_gross", 8))
# How many documents an invoice waits at least until its credit note is written.
_CREDIT_LATER = 5


class Varied:
    def __init__(self, *, seed: int, credit_notes: bool) -> None:
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose, nothing secret hangs on it
        self._credit_notes = credit_notes
        self._creditable: deque[str] = deque()

    def next(self, change: Change) -> Invoice | CreditNote:
        stage = Stage(change)
        if self._credit_notes and len(self._creditable) > _CREDIT_LATER and self._random.random() < 0.12:
            return self._credit(stage)
        make = self._random.choices(
            (self._subscription, self._several_rates, self._gross, self._proration, self._reverse_charge, self._long),
            weights=(35, 20, 12, 10, 18, 5),
        )[0]
        invoice = make(stage)
        if self._random.random() < 0.4:
            invoice = pay(change, invoice, method=self._random.choice(("card", "card", "blik", "p24")))
        if self._random.random() < 0.3:
            self._creditable.append(invoice.id)
        return invoice

    def _credit(self, stage: Stage) -> CreditNote:
        invoice = stage.change.get(Invoice, self._creditable.popleft())
        line = self._random.choice(invoice.lines)
        # One line of a proration pair may well be more than the whole invoice.
        if self._random.random() < 0.5 or any(part.amount <= 0 for part in invoice.lines):
            return stage.credit_note(invoice, reason="duplicate")
        one = Wish(lines=[LineWish(invoice_line_item=line.id, quantity=Decimal(1))])
        return stage.credit_note(invoice, one, reason="order_change")

    def _subscription(self, stage: Stage) -> Invoice:
        subscription = stage.new_subscription()
        lines = [stage.renewed(self._random.choice(("start", "team")), subscription=subscription)]
        if self._random.random() < 0.6:
            lines.append(stage.renewed("seat", self._random.randint(1, 25), subscription=subscription))
        return stage.invoice(self._buyer(), lines, rate=23, subscription=subscription)

    def _several_rates(self, stage: Stage) -> Invoice:
        lines = [self._one_off(stage) for _ in range(self._random.randint(1, 6))]
        return stage.invoice(self._buyer(), lines, coupons=self._coupons(stage))

    def _gross(self, stage: Stage) -> Invoice:
        sold = self._random.sample(_GROSS, self._random.randint(1, 3))
        lines = [stage.sold(good, self._random.randint(1, 4), rate=rate) for good, rate in sold]
        return stage.invoice(self._buyer(), lines, coupons=self._coupons(stage))

    def _proration(self, stage: Stage) -> Invoice:
        subscription = stage.new_subscription()
        back = self._random.randint(500, 9_000)
        lines = [
            stage.prorated("start", -back, subscription=subscription, label="Unused time on"),
            stage.prorated(
                "team", back + self._random.randint(1_000, 9_000), subscription=subscription, label="Remaining time on"
            ),
        ]
        return stage.invoice(
            self._buyer(), lines, rate=23, subscription=subscription, billing_reason="subscription_update"
        )

    def _reverse_charge(self, stage: Stage) -> Invoice:
        lines = [
            stage.sold("workshop_eur", self._random.randint(1, 16)),
            stage.sold("api_eur", self._random.randint(100, 9_000)),
        ]
        return stage.invoice(self._random.choice(("german", "czech")), lines, automatic_tax=True)

    def _long(self, stage: Stage) -> Invoice:
        lines = [self._one_off(stage) for _ in range(self._random.randint(11, 30))]
        return stage.invoice(self._buyer(), lines)

    def _one_off(self, stage: Stage) -> Line:
        good, rate = self._random.choice(_ONE_OFF)
        return stage.sold(good, self._random.randint(1, 12), rate=rate)

    def _coupons(self, stage: Stage) -> tuple[str, ...]:
        if self._random.random() < 0.7:
            return ()
        percent = self._random.choice((5, 10, 15, 33))
        return (goods.coupon(stage.change, f"MINUS{percent}", percent=percent),)

    def _buyer(self) -> str:
        return self._random.choice(_POLISH)
