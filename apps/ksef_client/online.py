"""Online sessions: open, send one document at a time, close (API digest, section 5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.ksef_client import endpoints
from apps.ksef_client.codes import SESSION_STATUS_FORBIDS
from apps.ksef_client.crypto import SealedInvoice, SessionKey, encode, wrap
from apps.ksef_client.endpoints import Endpoint
from apps.ksef_client.errors import KsefError
from apps.ksef_client.keys import SYMMETRIC_KEY_ENCRYPTION, Keys, PublicKey
from apps.ksef_client.ksef import Ksef

# Makes TEST and DEMO check NIP numbers the way PROD always does.
CHECK_IDENTIFIERS = {"X-KSeF-Feature": "subject-identifier-validation"}


@dataclass(frozen=True, slots=True)
class FormCode:
    """Which structure the documents of a session have."""

    system_code: str
    schema_version: str
    value: str

    def as_json(self) -> dict[str, str]:
        return {"systemCode": self.system_code, "schemaVersion": self.schema_version, "value": self.value}


FA3 = FormCode("FA (3)", "1-0E", "FA")


class Closing(StrEnum):
    """What a close found: either way the session takes nothing more, and its status tells the rest."""

    ACCEPTED = "accepted"
    NOT_OPEN = "not open"


@dataclass(frozen=True, slots=True)
class OnlineSession:
    """A session KSeF has opened."""

    reference: str
    valid_until: datetime | None
    public_key_id: str


def open_session(
    ksef: Ksef, keys: Keys, key: SessionKey, *, form: FormCode = FA3, check_identifiers: bool = False
) -> OnlineSession:
    """Open a session for documents sealed with `key`, which must be new."""

    def attempt(public_key: PublicKey) -> OnlineSession:
        body = {"formCode": form.as_json(), "encryption": encryption(key, public_key)}
        headers = CHECK_IDENTIFIERS if check_identifiers else None
        return ksef.call(endpoints.OPEN_ONLINE, json_body=body, headers=headers).into(
            lambda fields: OnlineSession(
                fields.need_text("referenceNumber"), fields.moment("validUntil"), public_key.public_key_id
            )
        )

    return keys.with_key(ksef, SYMMETRIC_KEY_ENCRYPTION, attempt)


def send_invoice(
    ksef: Ksef, session: str, sealed: SealedInvoice, *, offline: bool = False, corrects: str | None = None
) -> str:
    """Send one sealed document and return the reference KSeF gave it.

    `corrects` is the hash of the rejected original of a technical correction, which is always offline (digest, 9.6).
    """
    if corrects and not offline:
        raise ValueError("A technical correction is sent in offline mode.")
    body: dict[str, object] = {
        "invoiceHash": sealed.hash,
        "invoiceSize": sealed.size,
        "encryptedInvoiceHash": sealed.encrypted_hash,
        "encryptedInvoiceSize": sealed.encrypted_size,
        "encryptedInvoiceContent": encode(sealed.content),
        "offlineMode": offline,
    }
    if corrects:
        body["hashOfCorrectedInvoice"] = corrects
    answer = ksef.call(endpoints.SEND_INVOICE, path={"referenceNumber": session}, json_body=body)
    return answer.into(lambda fields: fields.need_text("referenceNumber"))


def close_session(ksef: Ksef, session: str) -> Closing:
    """Close a session, which starts its collective UPO."""
    return close(ksef, endpoints.CLOSE_ONLINE, session)


def close(ksef: Ksef, endpoint: Endpoint, session: str) -> Closing:
    """Close a session of either kind; one that is not open any more is as good as closed."""
    try:
        ksef.call(endpoint, path={"referenceNumber": session})
    except KsefError as error:
        if error.has_code(SESSION_STATUS_FORBIDS):
            return Closing.NOT_OPEN
        raise
    return Closing.ACCEPTED


def encryption(key: SessionKey, public_key: PublicKey) -> dict[str, str]:
    """The `encryption` object of sessions and exports."""
    return {
        "encryptedSymmetricKey": encode(wrap(key.key, public_key.rsa_key())),
        "initializationVector": encode(key.iv),
        "publicKeyId": public_key.public_key_id,
    }
