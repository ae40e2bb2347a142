"""What a tenant says about a product in its metadata (fa3-mapping 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from apps.documents.mapping.buyer import is_marked
from apps.documents.mapping.reasons import Code, Fault, Reason
from apps.fa3.codes import Gtu, Procedure
from apps.fa3.text import clean_text

_PKWIU_LIMIT = 50
_SUPPLIES = {"goods": True, "service": False}
_TAX_POINT_ISSUE = "issue"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowMarks:
    """Marks of one row; nothing is said by default."""

    is_goods: bool | None = None
    gtu: Gtu | None = None
    procedure: Procedure | None = None
    pkwiu: str | None = None
    is_annex_15: bool = False
    is_due_on_issue: bool = False  # telecommunication, rent, security …: art. 19a(5)(4)


NO_MARKS = RowMarks()


def read_row_marks(marks: Mapping[str, str], path: str, faults: list[Reason]) -> RowMarks:
    """The marks; a value that is not known stops the document, because it was meant to say something."""
    if not marks:
        return NO_MARKS
    path += "metadata."
    pkwiu = clean_text(marks.get("ksef_pkwiu", ""))
    return RowMarks(
        is_goods=_known(marks, "ksef_supply", _SUPPLIES, path, faults),
        gtu=_known(marks, "ksef_gtu", _GTU, path, faults),
        procedure=_known(marks, "ksef_procedura", _PROCEDURES, path, faults),
        pkwiu=pkwiu if 0 < len(pkwiu) <= _PKWIU_LIMIT else None,
        is_annex_15=is_marked(marks.get("ksef_annex15")),
        is_due_on_issue=marks.get("ksef_tax_point", "").strip().lower() == _TAX_POINT_ISSUE,
    )


# GTU_12, and just 12.
_GTU = {gtu.value.lower(): gtu for gtu in Gtu} | {gtu.value.removeprefix("GTU_").lstrip("0"): gtu for gtu in Gtu}
_GTU |= {gtu.value.removeprefix("GTU_"): gtu for gtu in Gtu}
_PROCEDURES = {procedure.value.lower(): procedure for procedure in Procedure}


def _known(marks: Mapping[str, str], key: str, values: Mapping[str, T], path: str, faults: list[Reason]) -> T | None:
    if key not in marks:
        return None
    value = values.get(marks[key].strip().lower())
    if value is None:
        faults.append(Reason(Code.TAX_UNSUPPORTED, path + key, {"value": marks[key], "fault": Fault.UNKNOWN_VALUE}))
    return value
