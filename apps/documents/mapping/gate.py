"""What is asked before anything else: mode, issuer, status, start of KSeF, the seller's NIP and the number."""

from datetime import date

from apps.documents.mapping.overrides import Exclude, Include, SetNumber
from apps.documents.mapping.reasons import Code, Fault, Reason, Verdict
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import Invoice, Source
from apps.fa3.text import clean_text

NUMBER_LIMIT = 256  # P_2


def gate_reasons(source: Source, setup: Setup, stripe_day: date | None) -> list[Reason]:
    """Reasons that do not need a look at the content, status skips included."""
    settings = setup.settings
    reasons = list(source.faults)
    if source.livemode != settings.livemode:
        # A test invoice in production KSeF is a real invoice with tax due (handbook 3.2.3).
        reasons.append(Reason(Code.MODE_MISMATCH, "livemode", {"value": "live" if source.livemode else "test"}))
    if isinstance(source, Invoice) and source.other_issuer and source.other_account not in settings.own_accounts:
        reasons.append(Reason(Code.ISSUER_NOT_TENANT, source.other_issuer, {"value": source.other_account}))
    if source.status == "draft":
        reasons.append(Reason(Code.NOT_FINALIZED, "status", {"fault": Fault.IS_DRAFT}))
    if stripe_day is not None and stripe_day < settings.ksef_start:
        reasons.append(
            Reason(Code.BEFORE_KSEF_START, "effective_at", {"day": stripe_day, "start": settings.ksef_start})
        )
    reasons += _exclusion(source, setup)
    if not setup.seller.has_valid_nip:
        reasons.append(Reason(Code.SELLER_NIP_INVALID, "seller.nip", {"value": setup.seller.nip}))
    return reasons


def is_final(reasons: list[Reason]) -> bool:
    """True when a status already says that there is nothing to file; the rest is then not looked at."""
    early = (Code.NOT_FINALIZED, Code.BEFORE_KSEF_START, Code.EXCLUDED, Code.VOID, Code.CREDIT_NOTE_VOID)
    return any(reason.verdict is Verdict.SKIP and reason.code in early for reason in reasons)


def number_of(source: Source, setup: Setup) -> str:
    """P_2 as entered by a person, else Stripe's."""
    entered = setup.overrides.get(SetNumber)
    return clean_text(entered.number if entered else source.number)


def number_reasons(number: str, setup: Setup) -> list[Reason]:
    """A number is never cut: KSeF tells documents apart by it (seller, kind and number, for ten years)."""
    params = {"value": number[:NUMBER_LIMIT]}
    if not number:  # nothing is left of it without the characters KSeF refuses
        return [Reason(Code.NUMBER_INVALID, "number", {**params, "fault": Fault.MISSING})]
    if len(number) > NUMBER_LIMIT:
        return [Reason(Code.NUMBER_INVALID, "number", {**params, "fault": Fault.OUT_OF_RANGE})]
    related = setup.related
    is_used = number in related.used_numbers or any(prior.p_2 == number for prior in related.prior_corrections)
    return [Reason(Code.DUPLICATE_NUMBER, "number", params)] if is_used else []


def _exclusion(source: Source, setup: Setup) -> list[Reason]:
    entered = setup.overrides.about_filing()
    if isinstance(entered, Include):
        return []
    reason = entered.reason if isinstance(entered, Exclude) else source.exclusion
    field = "override.exclude" if entered else "metadata.ksef_skip"
    return [Reason(Code.EXCLUDED, field, {"value": clean_text(reason)})] if reason else []
