import base64
import hashlib

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.ksef_simulator.client import FORM, OAEP, Client, Envelope, b64, codes, details, sha
from tests.ksef_simulator.invoices import invoice


def published(client: Client, usage: str = "SymmetricKeyEncryption") -> list[dict[str, str]]:
    return [key for key in client.get("/security/public-key-certificates").json() if usage in key["usage"]]


def opened(acme: Client, key: dict[str, str], *, with_id: bool = True) -> requests.Response:
    certificate = x509.load_der_x509_certificate(base64.b64decode(key["certificate"]))
    envelope = Envelope.fresh()
    encryption = {
        "encryptedSymmetricKey": b64(certificate.public_key().encrypt(envelope.key, OAEP)),
        "initializationVector": b64(envelope.iv),
    }
    if with_id:
        encryption["publicKeyId"] = key["publicKeyId"]
    return acme.post("/sessions/online", {"formCode": FORM, "encryption": encryption})


def test_ids_are_the_hashes_they_claim_to_be(client: Client) -> None:
    for key in client.get("/security/public-key-certificates").json():
        der = base64.b64decode(key["certificate"])
        public = x509.load_der_x509_certificate(der).public_key()

        assert key["certificateId"] == sha(der)
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert key["publicKeyId"] == b64(hashlib.sha256(spki).digest())


def test_a_planned_rotation_leaves_both_keys_for_a_while(acme: Client) -> None:
    (old,) = published(acme)
    acme.control("POST", "/keys", {"kind": "planned", "usage": "symmetric", "overlap": 60})

    both = published(acme)
    with_old = opened(acme, old).status_code
    acme.control("POST", "/clock", {"advance": 61})

    assert len(both) == 2
    assert with_old == 201
    assert len(published(acme)) == 1
    assert codes(opened(acme, old)) == [21470]


def test_an_emergency_rotation_withdraws_the_old_key_at_once(acme: Client) -> None:
    (old,) = published(acme)
    acme.control("POST", "/keys", {"kind": "emergency", "usage": "symmetric"})

    refused = opened(acme, old)
    unnamed = opened(acme, old, with_id=False)

    assert (codes(refused), details(refused)) == (
        [21470],
        [f"Klucz o identyfikatorze {old['publicKeyId']} nie jest wspierany."],
    )
    assert acme.session(unnamed.json()["referenceNumber"])["status"]["code"] == 415
    session, envelope = acme.open_online()
    assert acme.sent(session, envelope, invoice("FV/1"))["status"]["code"] == 200


def test_a_new_certificate_may_cover_the_same_key(acme: Client) -> None:
    (old,) = published(acme)
    acme.control("POST", "/keys", {"kind": "recertify", "usage": "symmetric"})

    keys = published(acme)

    assert {key["publicKeyId"] for key in keys} == {old["publicKeyId"]}
    assert len({key["certificateId"] for key in keys}) == 2
    assert opened(acme, old).status_code == 201


def test_the_token_key_rotates_by_itself(client: Client) -> None:
    before, other = published(client, "KsefTokenEncryption"), published(client)

    client.control("POST", "/keys", {"kind": "emergency", "usage": "token"})

    assert published(client, "KsefTokenEncryption") != before
    assert published(client) == other
