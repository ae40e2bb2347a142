"""The elements of Adnotacje, all eight of them mandatory."""

from apps.fa3.annotations import Annotations, Exemption
from apps.fa3.codes import ExemptionLaw, MarginScheme
from apps.fa3.xml_cursor import Cursor
from apps.fa3.xml_table import Part, always, constant, group, leaf
from apps.fa3.xml_values import YES_NO, collapse, escape


def _write_exemption(exemption: Exemption | None, out: list[str]) -> None:
    if exemption is None:
        out.append("<Zwolnienie><P_19N>1</P_19N></Zwolnienie>")
    else:
        basis = f"<{exemption.law}>{escape(exemption.text)}</{exemption.law}>"
        out.append(f"<Zwolnienie><P_19>1</P_19>{basis}</Zwolnienie>")


def _read_exemption(cursor: Cursor) -> Exemption | None:
    cursor.enter("Zwolnienie")
    exemption = None
    if cursor.name == "P_19N":
        cursor.text("P_19N")
    else:
        cursor.text("P_19")
        law = ExemptionLaw(cursor.name or "")
        exemption = Exemption(law=law, text=collapse(cursor.text(law)))
    cursor.leave()
    return exemption


def _write_margin(margin: MarginScheme | None, out: list[str]) -> None:
    if margin is None:
        out.append("<PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy>")
    else:
        out.append(f"<PMarzy><P_PMarzy>1</P_PMarzy><{margin}>1</{margin}></PMarzy>")


def _read_margin(cursor: Cursor) -> MarginScheme | None:
    cursor.enter("PMarzy")
    margin = None
    if cursor.name == "P_PMarzyN":
        cursor.text("P_PMarzyN")
    else:
        cursor.text("P_PMarzy")
        margin = MarginScheme(cursor.name or "")
        cursor.text(margin)
    cursor.leave()
    return margin


ANNOTATIONS = Part(
    Annotations,
    leaf("P_16", "is_cash_method", YES_NO),
    leaf("P_17", "is_self_billing", YES_NO),
    leaf("P_18", "is_reverse_charge", YES_NO),
    leaf("P_18A", "is_split_payment", YES_NO),
    always("exemption", _write_exemption, _read_exemption),
    *group("NoweSrodkiTransportu", constant("P_22N", "1")),
    leaf("P_23", "is_simplified_triangle", YES_NO),
    always("margin", _write_margin, _read_margin),
)
