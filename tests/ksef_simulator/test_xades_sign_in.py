import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import CanonicalizationMethod, SignatureMethod, XMLSigner, methods
from signxml.xades import XAdESSigner

from tests.ksef_simulator.client import Client, codes, details
from tests.ksef_simulator.signing import NAMESPACE, PERSON, SEAL, PrivateKey, Signer, request

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


def signed(client: Client, **more: str) -> etree._Element:
    return etree.fromstring(Signer().sign(request(client.challenge()["challenge"], **more)))


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())], ids=["RSA", "EC"]
)
@pytest.mark.parametrize(("subject", "method"), [(SEAL, "QualifiedSeal"), (PERSON, "QualifiedSignature")])
def test_a_self_signed_certificate_with_the_nip_is_owner_at_once(
    client: Client, key: PrivateKey, subject: dict[object, str], method: str
) -> None:
    started = client.start_signed_sign_in(Signer(subject, key))

    assert client.sign_in_status(started)["authenticationMethod"] == method
    client.finish_sign_in(started)
    assert "InvoiceWrite" in client.post("/permissions/query/personal/grants", {}).json()["ownerPermissions"]


def test_the_older_schema_signs_in_too(client: Client) -> None:
    started = client.start_signed_sign_in(Signer(), namespace=NAMESPACE.replace("2.1", "2.0"))

    assert client.sign_in_status(started)["status"]["code"] == 200


@pytest.mark.parametrize(
    "context", ["<NipVatUe>5265877635-DE123456789</NipVatUe>", "<InternalId>5265877635-12345</InternalId>"]
)
def test_contexts_whose_patterns_libxml2_misreads_still_validate(client: Client, context: str) -> None:
    assert client.start_signed_sign_in(Signer(), context=context).status_code == 202


def test_a_stranger_gets_415(client: Client) -> None:
    started = client.start_signed_sign_in(Signer(), context="<Nip>5252344078</Nip>")

    status = client.sign_in_status(started)["status"]

    assert (status["code"], status["details"]) == (415, ["Brak przypisanych uprawnień"])


def test_a_changed_document_is_refused(client: Client) -> None:
    root = signed(client)
    challenge = root.find(f"{{{NAMESPACE}}}SubjectIdentifierType")
    assert challenge is not None
    challenge.text = "certificateFingerprint"

    answer = client.send_signed(etree.tostring(root))

    assert (codes(answer), details(answer)) == ([9105], ["Podpis zweryfikowany negatywnie."])


def test_a_changed_signature_value_is_refused(client: Client) -> None:
    root = signed(client)
    value = root.find(f".//{DS}SignatureValue")
    assert value is not None
    assert value.text
    raw = bytearray(base64.b64decode(value.text))
    raw[5] ^= 1
    value.text = base64.b64encode(raw).decode()

    assert codes(client.send_signed(etree.tostring(root))) == [9105]


def test_an_exchanged_certificate_is_refused(client: Client) -> None:
    root = signed(client)
    node = root.find(f".//{DS}X509Certificate")
    assert node is not None

    node.text = base64.b64encode(Signer().certificate.public_bytes(Encoding.DER)).decode()

    assert codes(client.send_signed(etree.tostring(root))) == [9105]


def test_a_signature_without_xades_properties_is_refused(client: Client) -> None:

    signer = Signer(key=rsa.generate_private_key(65537, 2048))
    plain = XMLSigner(c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0)

    chain = [signer.certificate.public_bytes(Encoding.PEM).decode()]
    root = plain.sign(request(client.challenge()["challenge"]), key=signer.key, cert=chain)

    answer = client.send_signed(etree.tostring(root))

    assert codes(answer) == [9105]
    assert "profilami XAdES" in details(answer)[0]


def test_a_signature_over_another_element_is_no_signature_of_the_request(client: Client) -> None:
    """Signature wrapping: the signed request hides in an object, a forged one stands outside."""
    root = signed(client)
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    forged = request(client.challenge()["challenge"], context="<Nip>5252344078</Nip>")
    root.remove(signature)
    holder = etree.SubElement(signature, f"{DS}Object")
    holder.append(root)
    forged.append(signature)

    assert codes(client.send_signed(etree.tostring(forged))) == [9105]


def test_an_enveloping_signature_is_taken(client: Client) -> None:

    signer = Signer()
    document = request(client.challenge()["challenge"])
    maker = XAdESSigner(
        method=methods.enveloping,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    root = maker.sign(document, key=signer.key, cert=[signer.certificate.public_bytes(Encoding.PEM).decode()])

    answer = client.send_signed(etree.tostring(root))

    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"\xff\xfe", 21217),
        (b"<a", 21001),
        (b"<a/>", 9102),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a/>', 9101),
        (b'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:Signature/><d:Signature/></a>', 9103),
        (b'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:Signature/></a>', 9101),
    ],
)
def test_what_is_no_signed_request_is_refused(client: Client, document: bytes, code: int) -> None:
    assert codes(client.send_signed(document)) == [code]


def test_a_request_that_breaks_its_schema_is_refused_with_the_reason(client: Client) -> None:
    answer = client.send_signed(etree.tostring(signed(client, context="<Nip>123</Nip>")))

    assert codes(answer) == [21401]
    assert "Nip" in details(answer)[0]


def test_another_content_type_is_415(client: Client) -> None:
    answer = client.call("POST", "/auth/xades-signature", data=b"<a/>", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


def test_the_challenge_must_be_ours_and_fresh(client: Client) -> None:
    signer = Signer()
    document = signer.sign(request(client.challenge()["challenge"]))

    assert client.send_signed(document).status_code == 202
    assert codes(client.send_signed(document)) == [21111]


def test_an_incomplete_certificate_is_refused(client: Client) -> None:
    subject = {name: value for name, value in SEAL.items() if name != NameOID.COUNTRY_NAME}

    answer = client.start_signed_sign_in(Signer(subject))

    assert codes(answer) == [21115]


def test_a_certificate_without_an_identifier_needs_its_fingerprint(client: Client) -> None:
    nameless = Signer({**PERSON, NameOID.SERIAL_NUMBER: "IDCPL-ABC123456"})

    assert codes(client.start_signed_sign_in(nameless)) == [21406]
    by_fingerprint = client.start_signed_sign_in(nameless, identified_by="certificateFingerprint")
    assert client.sign_in_status(by_fingerprint)["status"]["code"] == 415


def test_a_certificate_of_no_more_use_ends_in_460(client: Client) -> None:
    status = client.sign_in_status(client.start_signed_sign_in(Signer(days=-1)))["status"]

    assert (status["code"], status["details"]) == (460, ["Nieważny certyfikat"])


def test_a_verified_chain_trusts_no_self_signed_certificate(client: Client) -> None:
    document = Signer().sign(request(client.challenge()["challenge"]))

    started = client.send_signed(document, "?verifyCertificateChain=true")

    assert client.sign_in_status(started)["status"]["details"] == ["Niezaufany łańcuch certyfikatów"]


def test_a_peppol_context_is_for_peppol_certificates(client: Client) -> None:
    provider = Signer({**SEAL, NameOID.COMMON_NAME: "PPL000001"})

    assert codes(client.start_signed_sign_in(Signer(), context="<PeppolId>PPL000001</PeppolId>")) == [21117]
    started = client.start_signed_sign_in(provider, context="<PeppolId>PPL000001</PeppolId>")
    assert client.sign_in_status(started)["status"]["code"] == 200


def test_the_policy_of_a_signed_request_binds_the_access_token(client: Client) -> None:
    policy = "<AuthorizationPolicy><AllowedIps><Ip4Mask>10.0.0.0/8</Ip4Mask></AllowedIps></AuthorizationPolicy>"

    other = client.signed_in(Signer(), policy=policy)

    assert other.get("/rate-limits").json()["reasonCode"] == "ip-not-allowed"
