"""Totals of a correction: differences, in PLN at the original rate, never beyond the original (3.1, 3.4, 3.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.original import Original
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.related import PriorCorrection
from apps.documents.mapping.totals import Bucket
from apps.fa3.codes import BucketKind


def close_tax_in_pln(
    buckets: Iterable[Bucket], original: Original, priors: Sequence[PriorCorrection]
) -> tuple[Bucket, ...]:
    """Where the original and all its corrections reach zero, the tax in PLN reaches zero too."""
    return tuple(
        replace(bucket, tax_pln=_closing_tax(bucket, original, priors))
        if _is_closing(bucket, original, priors)
        else bucket
        for bucket in buckets
    )


def over_correction(
    buckets: Sequence[Bucket], total: int, original: Original, priors: Sequence[PriorCorrection]
) -> list[Reason]:
    """All corrections together must not exceed the original, in the total and in each category."""
    draft, currency = original.draft, original.draft.currency
    before = draft.invoice.total + sum(currency.minor(prior.total) for prior in priors)
    reasons = [_exceeds("total", before, total, currency)] if _is_beyond(before, total) else []
    # Tax rounded per note may stray from the original's by a grosz for each row.
    slack = currency.step * len(original.rows)
    for bucket in buckets:
        net, tax = left_of_bucket(bucket.kind, original, priors)
        is_beyond = _is_beyond(net, bucket.net, slack) or _is_beyond(tax, bucket.tax, slack)
        if is_beyond and not reasons:
            reasons.append(_exceeds(f"P_13_{bucket.kind}", net, bucket.net, currency))
    return reasons


def left_of_bucket(kind: BucketKind, original: Original, priors: Iterable[PriorCorrection]) -> tuple[int, int]:
    """Net and tax of a category after earlier corrections, in minor units."""
    currency = original.draft.currency
    filed = [(bucket.net, bucket.tax) for bucket in original.draft.buckets if bucket.kind is kind]
    earlier = [
        (currency.minor(totals.net), currency.minor(totals.tax))
        for totals in (prior.buckets.get(kind) for prior in priors)
        if totals
    ]
    return sum(net for net, _ in (*filed, *earlier)), sum(tax for _, tax in (*filed, *earlier))


def tax_in_pln_left(kind: BucketKind, original: Original, priors: Iterable[PriorCorrection]) -> Decimal | None:
    """P_14_xW as filed plus that of earlier corrections; None when a part of it is not known."""
    filed = original.filing.tax_pln.get(kind)
    if filed is None:
        filed = next((bucket.tax_pln for bucket in original.draft.buckets if bucket.kind is kind), None)
    earlier = [totals.tax_pln for totals in (prior.buckets.get(kind) for prior in priors) if totals]
    if filed is None or None in earlier:
        return None
    return sum((amount for amount in earlier if amount is not None), filed)


def _is_closing(bucket: Bucket, original: Original, priors: Sequence[PriorCorrection]) -> bool:
    net, tax = left_of_bucket(bucket.kind, original, priors)
    return bucket.tax_pln is not None and (net + bucket.net, tax + bucket.tax) == (0, 0)


def _closing_tax(bucket: Bucket, original: Original, priors: Sequence[PriorCorrection]) -> Decimal | None:
    left = tax_in_pln_left(bucket.kind, original, priors)
    return bucket.tax_pln if left is None else -left


def _is_beyond(before: int, change: int, slack: int = 0) -> bool:
    """True when a change turns what is left to the other side of zero, or grows it."""
    after = before + change
    return after < -slack if before >= 0 else after > slack


def _exceeds(field: str, before: int, change: int, currency: Currency) -> Reason:
    params = {"left": currency.major(before), "correction": currency.major(change), "currency": currency.code}
    return Reason(Code.OVER_CORRECTION, field, params)
