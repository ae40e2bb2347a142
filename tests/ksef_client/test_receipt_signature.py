"""The examples of the Ministry are unsigned, so they are signed here by another library and then tampered with."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod, SignatureMethod
from signxml.xades.xades import XAdESSigner

from apps.ksef_client.receipt import UpoProblem, parse_upo
from apps.ksef_client.receipt_signature import SignedUpo, verify_upo
from apps.ksef_client.second_opinion import agrees
from tests.ksef_client.certificates import certificate_for, key_of, seal_of

NOW = datetime.now(UTC)  # signxml signs with its own clock, so the certificates live now
EXAMPLES = Path(__file__).resolve().parents[2] / "schemas/ksef/upo-examples"
ONE = (EXAMPLES / "upo-faktura-kontekst-id-nip.xml").read_bytes()
MANY = (EXAMPLES / "upo-sesja-kontekst-id-nip.xml").read_bytes()
DS = "{http://www.w3.org/2000/09/xmldsig#}"
MINISTRY = seal_of("5260250274", "Ministerstwo Finansów")
KINDS = pytest.mark.parametrize("kind", ["rsa", "ec"])
METHODS = pytest.mark.parametrize(
    "method", [SignatureConstructionMethod.enveloped, SignatureConstructionMethod.enveloping]
)


def issued(
    kind: str, issuer_kind: str | None = None, *, authority_until: datetime = NOW + timedelta(days=9)
) -> list[x509.Certificate]:
    """The Ministry's certificate, self-signed or issued by an authority."""
    if issuer_kind is None:
        return [certificate_for(key_of(kind), NOW, subject=MINISTRY)]
    authority_name = seal_of("1111111111", "Urząd Certyfikacji")
    authority_key = key_of(issuer_kind)
    ca = x509.BasicConstraints(ca=True, path_length=None)
    base = x509.CertificateBuilder().not_valid_before(NOW - timedelta(days=9)).issuer_name(authority_name)
    authority = (
        base.subject_name(authority_name).public_key(authority_key.public_key()).not_valid_after(authority_until)
    )
    leaf = base.subject_name(MINISTRY).public_key(key_of(kind).public_key()).not_valid_after(NOW + timedelta(days=9))
    return [
        leaf.serial_number(2).sign(authority_key, hashes.SHA256()),
        authority.serial_number(1).add_extension(ca, critical=True).sign(authority_key, hashes.SHA256()),
    ]


def sign(
    content: bytes,
    kind: str = "ec",
    method: SignatureConstructionMethod = SignatureConstructionMethod.enveloped,
    chain: list[x509.Certificate] | None = None,
    reference: str | None = None,
) -> bytes:
    algorithm = SignatureMethod.RSA_SHA256 if kind == "rsa" else SignatureMethod.ECDSA_SHA256
    signer = XAdESSigner(
        method=method, signature_algorithm=algorithm, c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1
    )
    pems = [certificate.public_bytes(Encoding.PEM).decode() for certificate in chain or issued(kind)]
    return etree.tostring(signer.sign(etree.fromstring(content), key=key_of(kind), cert=pems, reference_uri=reference))


def verify(content: bytes, *roots: x509.Certificate) -> SignedUpo:
    return verify_upo(content, at=NOW, roots=roots)


@KINDS
@METHODS
@pytest.mark.parametrize("content", [ONE, MANY], ids=["one", "many"])
def test_two_libraries_accept_a_signed_receipt(kind: str, method: SignatureConstructionMethod, content: bytes) -> None:
    file = sign(content, kind, method)

    assert verify(file).upo == parse_upo(content)
    assert agrees(file)


def test_the_signer_is_named_but_trusted_only_through_a_root() -> None:
    chain = issued("ec", "rsa")
    file = sign(ONE, chain=chain)

    unrooted, rooted, misrooted = verify(file), verify(file, chain[1]), verify(file, *issued("rsa"))

    assert "Ministerstwo Finansów" in unrooted.signer.name
    assert unrooted.signer.claims_ministry
    assert [each.signer.is_trusted for each in (unrooted, rooted, misrooted)] == [False, True, False]
    assert unrooted.signer.signed_at is not None


def test_an_authority_outside_its_life_vouches_for_nobody() -> None:
    leaf, authority = issued("ec", "rsa", authority_until=NOW - timedelta(minutes=1))

    assert not verify(sign(ONE, chain=[leaf, authority]), authority).signer.is_trusted


def test_a_certificate_that_is_no_authority_vouches_for_nobody() -> None:
    leaf, _ = issued("ec", "rsa")
    impostor = certificate_for(key_of("rsa"), NOW, subject=leaf.issuer)

    assert not verify(sign(ONE, chain=[leaf]), impostor).signer.is_trusted


@KINDS
@pytest.mark.parametrize(
    ("part", "other"),
    [(b"-C2<", b"-C3<"), (b"FA/XVQUD", b"FA/YVQUD"), (b"Online", b"Offline"), (b"2025-09-16", b"2025-09-17")],
)
def test_a_changed_receipt_is_refused_by_both(kind: str, part: bytes, other: bytes) -> None:
    file = sign(MANY, kind)
    changed = file.replace(part, other, 1)
    assert changed != file

    with pytest.raises(UpoProblem):
        verify(changed)
    assert not agrees(changed)


def test_a_receipt_without_a_signature_is_refused() -> None:
    with pytest.raises(UpoProblem, match="exactly one signature"):
        verify(ONE)


def test_a_signature_by_another_key_than_the_certificate_names_is_refused() -> None:
    other = certificate_for(key_of("rsa"), NOW, subject=MINISTRY).public_bytes(Encoding.PEM).decode()
    tree = etree.fromstring(sign(ONE, "ec"))
    value = tree.find(f".//{DS}X509Certificate")
    assert value is not None
    value.text = "".join(other.splitlines()[1:-1])

    with pytest.raises(UpoProblem):
        verify(etree.tostring(tree))


def test_a_certificate_outside_its_life_at_the_time_of_receipt_is_refused() -> None:
    with pytest.raises(UpoProblem):
        verify_upo(sign(ONE), at=NOW + timedelta(days=800))


def wrapped_beside(file: etree._Element, forged: etree._Element) -> etree._Element:
    """The signed receipt hidden inside the forged one, with the signature on top."""
    signature = file.find(f"{DS}Signature")
    assert signature is not None
    hidden = etree.SubElement(forged, "Hidden", Id="hidden")
    forged.append(signature)
    hidden.append(file)
    return forged


def second_receipt(file: etree._Element, forged: etree._Element) -> etree._Element:
    """A forged document appended after the signature."""
    file.extend(copy.deepcopy(forged).findall("{*}Dokument"))
    return file


def signature_taken_over(file: etree._Element, forged: etree._Element) -> etree._Element:
    """The signature of one receipt put into another."""
    signature = file.find(f"{DS}Signature")
    assert signature is not None
    forged.append(signature)
    return forged


def two_signatures(file: etree._Element, forged: etree._Element) -> etree._Element:
    signature = file.find(f"{DS}Signature")
    assert signature is not None
    file.append(copy.deepcopy(signature))
    return file


def in_an_envelope(file: etree._Element, forged: etree._Element) -> etree._Element:
    """An enveloping signature whose object is followed by another one with a forged receipt."""
    inside = etree.fromstring(sign(ONE, method=SignatureConstructionMethod.enveloping))
    extra = etree.SubElement(inside, f"{DS}Object", Id="object")
    extra.append(forged)
    return inside


def around_another(file: etree._Element, forged: etree._Element) -> etree._Element:
    """A forged receipt that carries another one inside, and a good signature over that one only."""
    inner = etree.fromstring(ONE)
    inner.set("Id", "inner")
    forged.append(inner)
    return etree.fromstring(sign(etree.tostring(forged), reference="#inner"))


def over_something_else(file: etree._Element, forged: etree._Element) -> etree._Element:
    """A receipt with a good signature over something else inside it."""
    etree.SubElement(forged, "other", Id="other")
    return etree.fromstring(sign(etree.tostring(forged), reference="#other"))


def same_id_twice(file: etree._Element, forged: etree._Element) -> etree._Element:
    """A second object under the Id that was signed."""
    inside = etree.fromstring(sign(ONE, method=SignatureConstructionMethod.enveloping))
    twin = copy.deepcopy(inside.findall(f"{DS}Object")[0])
    twin[0].getparent().replace(twin[0], forged)  # type: ignore[union-attr]
    inside.insert(0, twin)
    return inside


@pytest.mark.parametrize(
    "attack",
    [
        wrapped_beside,
        second_receipt,
        signature_taken_over,
        two_signatures,
        in_an_envelope,
        around_another,
        over_something_else,
        same_id_twice,
    ],
)
def test_no_way_of_wrapping_passes_a_forged_receipt(
    attack: Callable[[etree._Element, etree._Element], etree._Element],
) -> None:
    forged = etree.fromstring(MANY.replace(b"FA/XVQUD", b"FA/FORGED"))

    with pytest.raises(UpoProblem):
        verify(etree.tostring(attack(etree.fromstring(sign(ONE)), forged)))


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (two_signatures, "exactly one signature"),
        (around_another, "another UPO"),
        (over_something_else, "does not cover"),
    ],
)
def test_the_reason_of_a_refusal_is_said(
    attack: Callable[[etree._Element, etree._Element], etree._Element], said: str
) -> None:
    with pytest.raises(UpoProblem, match=said):
        verify(etree.tostring(attack(etree.fromstring(sign(ONE)), etree.fromstring(MANY))))


def test_hostile_xml_never_reaches_the_verifier() -> None:
    with pytest.raises(UpoProblem):
        verify(b'<!DOCTYPE a [<!ENTITY x "y">]>' + sign(ONE))
