import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.xades import XAdESVerifier

from tests.ksef_simulator.client import Client, codes, sha
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.signing import Signer

NAMESPACE = "{http://upo.schematy.mf.gov.pl/KSeF/v4-3}"
SCHEMA = "schemas/ksef/upo-v4-3.xsd"
AWKWARD = "FV/1 <&> \"'żó"


def verify(receipt: bytes) -> None:
    """By two libraries that share no code with the simulator."""
    root = etree.fromstring(receipt)
    node = root.find(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    assert node is not None
    assert node.text
    certificate = x509.load_pem_x509_certificate(
        f"-----BEGIN CERTIFICATE-----\n{node.text}\n-----END CERTIFICATE-----\n".encode()
    )
    XAdESVerifier().verify(receipt, x509_cert=certificate, expect_references=2)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = certificate.public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
    context.verify(xmlsec.tree.find_node(root, xmlsec.Node.SIGNATURE))


def filed(acme: Client, *numbers: str) -> tuple[str, list[dict[str, object]]]:
    session, envelope = acme.open_online()
    documents = [acme.sent(session, envelope, invoice(number)) for number in numbers]
    acme.close(session)
    return session, documents


def test_a_receipt_names_the_document_and_its_signature_verifies_twice(acme: Client) -> None:
    escaped = AWKWARD.replace("&", "&amp;").replace("<", "&lt;")
    session, (document,) = filed(acme, escaped)

    receipt = acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo")

    assert receipt.headers["Content-Type"] == "application/xml"
    assert receipt.headers["x-ms-meta-hash"] == sha(receipt.content)
    verify(receipt.content)
    root = etree.fromstring(receipt.content)
    text = {node.tag.removeprefix(NAMESPACE): node.text for node in root.iter(f"{NAMESPACE}*")}
    assert text["NazwaPodmiotuPrzyjmujacego"] == "Ministerstwo Finansów - środowisko testowe (TE)"
    assert text["NumerReferencyjnySesji"] == session
    assert (text["Nip"], text["NumerReferencyjnyTokenaKSeF"]) == (SELLER, TOKEN[:36])
    assert (text["NumerKSeFDokumentu"], text["NumerFaktury"]) == (document["ksefNumber"], AWKWARD)
    assert (text["SkrotDokumentu"], text["TrybWysylki"]) == (document["invoiceHash"], "Offline")
    assert (text["DataPrzeslaniaDokumentu"] or "").endswith(("+01:00", "+02:00"))


def test_a_receipt_follows_the_official_schema_but_for_issuer_and_signature(acme: Client) -> None:
    session, _ = filed(acme, "FV/1", "FV/2")
    page = acme.settled_session(session)["upo"]["pages"][0]["referenceNumber"]
    root = etree.fromstring(acme.get(f"/sessions/{session}/upo/{page}").content)
    signature = root.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert signature is not None
    root.remove(signature)
    root[0].text = "Ministerstwo Finansów"

    schema = etree.XMLSchema(file=SCHEMA)

    assert schema.validate(root), list(schema.error_log)


def test_the_receipt_of_a_session_names_every_accepted_document_and_no_other(acme: Client) -> None:
    session, envelope = acme.open_online()
    good = [acme.sent(session, envelope, invoice(f"FV/{number}")) for number in range(3)]
    acme.sent(session, envelope, invoice("FV/0"))
    acme.close(session)
    page = acme.settled_session(session)["upo"]["pages"][0]

    receipt = acme.get(f"/sessions/{session}/upo/{page['referenceNumber']}")

    verify(receipt.content)
    root = etree.fromstring(receipt.content)
    numbers = [node.text for node in root.iter(f"{NAMESPACE}NumerKSeFDokumentu")]
    assert numbers == [each["ksefNumber"] for each in good]
    assert root.findtext(f"{NAMESPACE}OpisPotwierdzenia/{NAMESPACE}CalkowitaLiczbaDokumentow") == "3"


def test_the_same_receipt_has_the_same_bytes_by_every_way(acme: Client) -> None:
    session, (document,) = filed(acme, "FV/1")
    shown = acme.document(session, str(document["referenceNumber"]))

    by_reference = acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo").content
    by_number = acme.get(f"/sessions/{session}/invoices/ksef/{document['ksefNumber']}/upo").content
    by_link = requests.get(shown["upoDownloadUrl"], timeout=30)

    assert by_reference == by_number == by_link.content
    assert by_link.headers["x-ms-meta-hash"] == sha(by_link.content)


def test_after_a_signed_sign_in_the_receipt_names_the_signed_document(client: Client) -> None:
    acme = client.signed_in(Signer())
    session, (document,) = filed(acme, "FV/1")

    receipt = acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo").content

    assert b"<SkrotDokumentuUwierzytelniajacego>" in receipt
    verify(receipt)


def test_a_link_refuses_a_bearer_and_the_report_says_so(acme: Client) -> None:
    session, (document,) = filed(acme, "FV/1")
    link = acme.document(session, str(document["referenceNumber"]))["upoDownloadUrl"]

    refused = requests.get(link, headers={"Authorization": f"Bearer {acme.access}"}, timeout=30)

    assert refused.status_code == 400
    assert len(acme.report()["bearerSentToStorage"]) == 1


def test_a_link_ends_and_cannot_be_changed(acme: Client) -> None:
    session, (document,) = filed(acme, "FV/1")
    link = acme.document(session, str(document["referenceNumber"]))["upoDownloadUrl"]

    changed = requests.get(link.replace("se=", "se=9"), timeout=30)
    acme.control("POST", "/clock", {"advance": 3 * 86400 + 1})

    assert changed.status_code == 403
    assert requests.get(link, timeout=30).status_code == 403


def test_there_is_no_receipt_of_what_was_refused_or_is_still_open(acme: Client) -> None:
    session, envelope = acme.open_online()
    refused = acme.sent(session, envelope, invoice("FV/1", issued="2049-01-01"))
    other = f"{SELLER}-20260601-000000000000-AF"

    assert codes(acme.get(f"/sessions/{session}/invoices/{refused['referenceNumber']}/upo")) == [21178]
    assert codes(acme.get(f"/sessions/{session}/invoices/ksef/{other}/upo")) == [21178]
    assert codes(acme.get(f"/sessions/{session}/upo/{'1' * 36}")) == [21178]


def test_the_issuer_can_be_named_as_on_another_environment(start: Start) -> None:
    acme = start(environment_name="").sign_in(SELLER, TOKEN)
    session, (document,) = filed(acme, "FV/1")

    receipt = acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo").content

    assert "<NazwaPodmiotuPrzyjmujacego>Ministerstwo Finansów</".encode() in receipt
