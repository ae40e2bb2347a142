"""A correction of the buyer's name or address, started by a person (official example 5; fa3-mapping 3.7).

A wrong NIP cannot be corrected: that takes a correction to zero and a new invoice with a new number (XSD Podmiot2K).
"""

from dataclasses import dataclass, replace
from typing import Any

from apps.documents.mapping.address import fa3_address
from apps.documents.mapping.buyer import entered_address
from apps.documents.mapping.correction_document import Change, write_correction
from apps.documents.mapping.gate import number_reasons
from apps.documents.mapping.original import filing_of_original, find_original, original_invoice
from apps.documents.mapping.outcome import Mapped, stopped
from apps.documents.mapping.overrides import SetBuyerAddress
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3
from apps.fa3.codes import CorrectionType

_LINK = "0001"  # IDNabywcy: ties the new data to the old ones
_NAME_LIMIT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerCorrection:
    """What a person enters: the new data, the number and the reason of the correction."""

    number: str
    reason: str
    name: str = ""  # empty: the name was right
    address: SetBuyerAddress | None = None  # None: the address was right


def map_buyer_correction(correction: BuyerCorrection, setup: Setup) -> Mapped:
    """KOR with the old data in Podmiot2K, no rows and P_15 0; the original is that of the side data."""
    invoice = original_invoice(setup, "")
    original, reasons = find_original(setup, invoice, filing_of_original(setup, invoice))
    reasons += number_reasons(correction.number, setup)
    if not setup.seller.has_valid_nip:
        reasons.append(Reason(Code.SELLER_NIP_INVALID, "seller.nip", {"value": setup.seller.nip}))
    if original is None or reasons:
        return stopped(reasons)
    wording = Wording()
    former = original.draft.buyer.party(original.draft.identity)
    changed = _changed(former, correction, wording)
    if changed == former:
        return stopped([Reason(Code.BUYER_NAME_MISSING, "name")])
    change = Change(
        number=correction.number,
        issued_on=setup.filing_date,
        reason=correction.reason,
        # An error that was there at issue; the amounts do not change.
        type=CorrectionType.ORIGINAL_PERIOD,
        rows=(),
        buckets=(),
        total=0,
        buyer=replace(changed, link_key=_LINK),
        former_buyer=fa3.FormerBuyer(id=former.id, name=former.name, address=former.address, link_key=_LINK),
    )
    return write_correction(change, original, setup, wording, ())


def _changed(former: fa3.Buyer, correction: BuyerCorrection, wording: Wording) -> fa3.Buyer:
    changes: dict[str, Any] = {}
    if correction.name:
        changes["name"] = wording.fit(correction.name, _NAME_LIMIT, "name")
    if correction.address:
        changes["address"] = fa3_address(entered_address(correction.address), correction.address.country, wording)
    return replace(former, **changes)
