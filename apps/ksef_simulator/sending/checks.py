"""The checks an invoice file passes, in KSeF's order; each failure is a status with its details."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from apps.ksef_simulator.clock import warsaw_day
from apps.ksef_simulator.sending.forms import Form, complaints, schema_of
from apps.ksef_simulator.sending.invoice import facts_of, number_of, parse
from apps.ksef_simulator.sending.records import Facts

# Discouraged characters refused since 16 July 2026 (API 2.4.0): controls, and the non-characters of every plane.
_FORBIDDEN = re.compile(
    "[\u007f-\u0084\u0086-\u009f\ufdd0-\ufdef"
    + "".join(f"{chr((plane << 16) | 0xFFFE)}{chr((plane << 16) | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# The first bytes of those characters in UTF-8: most documents hold none of them and need no closer look.
_SUSPECT = re.compile(rb"[\x7f\xc2\xef\xf0-\xf4]")
_PROLOG = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_INSTRUCTION = re.compile(rb"<\?(?!xml\s)")
_MAX_DETAILS = 20
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


@dataclass(slots=True)
class Outcome:
    """The status a document earns by itself, before duplicates are looked at."""

    code: int
    details: list[str]
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the session a document came in allows."""

    form: Form
    max_bytes: int
    max_bytes_with_attachment: int
    received_at: datetime
    may_issue_for: Callable[[Facts], bool]
    may_attach: Callable[[Facts], str | None]
    check_identifiers: bool


def check(xml: bytes, rules: Rules) -> Outcome:
    """Judge one decrypted file."""
    broken = _check_file(xml, rules)
    if broken:
        return broken
    try:
        root = parse(xml)
    except etree.XMLSyntaxError as error:
        return Outcome(450, ["Nieprawidłowy XML", str(error)])
    if root.getroottree().docinfo.internalDTD is not None:
        return Outcome(450, ["Dokument zawiera niedozwoloną deklarację DOCTYPE."])
    if _INSTRUCTION.search(xml) and _has_instruction(root):
        return Outcome(450, ["Dokument zawiera niedozwolone instrukcje przetwarzania."])
    schema = schema_of(rules.form)
    if not schema.validate(root):
        details = [f"{line}: {message}" for line, message in complaints(schema)[:_MAX_DETAILS]]
        return Outcome(450, details, number_of(root, rules.form.namespace))
    return _check_content(xml, facts_of(root, rules.form.namespace), rules)


def _check_file(xml: bytes, rules: Rules) -> Outcome | None:
    if len(xml) > rules.max_bytes_with_attachment:
        return Outcome(430, [f"Rozmiar pliku faktury przekracza limit {rules.max_bytes_with_attachment} B."])
    if xml.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return Outcome(430, ["Plik faktury zawiera znacznik BOM. Wymagane kodowanie to UTF-8 bez BOM."])
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError:
        return Outcome(450, ["Nieprawidłowe kodowanie znaków. Wymagane kodowanie to UTF-8."])
    prolog = _PROLOG.match(xml)
    if prolog and prolog[1].lower() != b"utf-8":
        return Outcome(450, [f"Niedozwolone kodowanie w prologu XML: {prolog[1].decode()}."])
    forbidden = _FORBIDDEN.search(text) if _SUSPECT.search(xml) else None
    if forbidden:
        return Outcome(450, [f"Dokument zawiera niedozwolony znak U+{ord(forbidden[0]):04X}."])
    return None


def _has_instruction(root: etree._Element) -> bool:
    # The quick search above also finds "<?" inside a comment or CDATA; only the tree knows.
    kind = etree.ProcessingInstruction
    places = (root.iter(kind), root.itersiblings(kind), root.itersiblings(kind, preceding=True))
    return any(True for place in places for _ in place)


def _check_content(xml: bytes, facts: Facts, rules: Rules) -> Outcome:
    if not facts.attachment and len(xml) > rules.max_bytes:
        return Outcome(430, [f"Rozmiar pliku faktury przekracza limit {rules.max_bytes} B."], facts)
    if facts.issue_date > warsaw_day(rules.received_at).isoformat():
        return Outcome(450, [f"Data wystawienia (P_1) {facts.issue_date} jest późniejsza niż data przyjęcia."], facts)
    if rules.check_identifiers:
        wrong = [nip for nip in _nips(facts) if not _nip_checks(nip)]
        if wrong:
            return Outcome(450, [f"Nieprawidłowa suma kontrolna identyfikatora NIP {nip}." for nip in wrong], facts)
    if not rules.may_issue_for(facts):
        return Outcome(410, ["Brak uprawnienia fakturowego"], facts)
    if facts.attachment:
        refusal = rules.may_attach(facts)
        if refusal is not None:
            return Outcome(410 if refusal else 415, [refusal] if refusal else [], facts)
    return Outcome(200, [], facts)


def _nips(facts: Facts) -> list[str]:
    found = [facts.seller_nip]
    if facts.buyer_type == "Nip" and facts.buyer_value:
        found.append(facts.buyer_value)
    third = [each["identifier"] for each in facts.third_subjects]
    found += [each["value"][:10] for each in third if each["type"] in ("Nip", "InternalId")]
    if facts.authorized:
        found.append(facts.authorized["nip"])
    return found


def _nip_checks(nip: str) -> bool:
    digits = [int(digit) for digit in nip]
    return sum(weight * digit for weight, digit in zip(_NIP_WEIGHTS, digits, strict=False)) % 11 == digits[9]
