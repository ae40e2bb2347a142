"""Every call we make: method, path, rate-limit group and what a lost answer means.

The groups are the keys of `GET /rate-limits`; the comparison with the contract is a test.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Counters KSeF keeps per (context, address); ANONYMOUS counts per address, UNCOUNTED is free."""

    ONLINE_SESSION = "onlineSession"
    ONLINE_SESSION_CLOSE = "onlineSessionClose"
    BATCH_SESSION = "batchSession"
    BATCH_SESSION_CLOSE = "batchSessionClose"
    INVOICE_SEND = "invoiceSend"
    INVOICE_STATUS = "invoiceStatus"
    SESSION_LIST = "sessionList"
    SESSION_INVOICE_LIST = "sessionInvoiceList"
    SESSION_MISC = "sessionMisc"
    INVOICE_METADATA = "invoiceMetadata"
    INVOICE_EXPORT = "invoiceExport"
    INVOICE_EXPORT_STATUS = "invoiceExportStatus"
    INVOICE_DOWNLOAD = "invoiceDownload"
    COLLECTIVE_IDENTIFIER = "collectiveIdentifier"
    OTHER = "other"
    ANONYMOUS = "anonymous"
    UNCOUNTED = "uncounted"


class Effect(StrEnum):
    """What a call leaves behind in KSeF, which decides what a lost answer means."""

    NONE = "none"
    REPEATABLE = "repeatable"  # may have happened; doing it again does no harm
    ONCE = "once"  # may have happened; look before doing it again


class Bearer(StrEnum):
    """Which token a call carries."""

    NONE = "none"
    ACCESS = "access"
    SIGN_IN = "sign-in"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the contract, or of a storage or status address beside it."""

    method: str
    path: str
    group: Group
    effect: Effect = Effect.NONE
    bearer: Bearer = Bearer.ACCESS
    # The answer carries a secret, so no error may quote it.
    secret_answer: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _anonymous(
    method: str,
    path: str,
    bearer: Bearer = Bearer.NONE,
    *,
    effect: Effect = Effect.NONE,
    secret_answer: bool = False,
) -> Endpoint:
    return Endpoint(method, path, Group.ANONYMOUS, effect, bearer, secret_answer)


# Sign-in
CHALLENGE = _anonymous("POST", "/auth/challenge")
SIGN_IN_BY_TOKEN = _anonymous("POST", "/auth/ksef-token", secret_answer=True)
SIGN_IN_BY_SIGNATURE = _anonymous("POST", "/auth/xades-signature", secret_answer=True)
SIGN_IN_STATUS = _anonymous("GET", "/auth/{referenceNumber}", Bearer.SIGN_IN)
REDEEM = _anonymous("POST", "/auth/token/redeem", Bearer.SIGN_IN, effect=Effect.ONCE, secret_answer=True)
REFRESH = _anonymous("POST", "/auth/token/refresh", Bearer.REFRESH, secret_answer=True)
SIGN_INS = Endpoint("GET", "/auth/sessions", Group.OTHER)
SIGN_OUT = Endpoint("DELETE", "/auth/sessions/current", Group.OTHER, Effect.REPEATABLE)
END_SIGN_IN = Endpoint("DELETE", "/auth/sessions/{referenceNumber}", Group.OTHER, Effect.REPEATABLE)
PUBLIC_KEYS = _anonymous("GET", "/security/public-key-certificates")

# Sessions
OPEN_ONLINE = Endpoint("POST", "/sessions/online", Group.ONLINE_SESSION, Effect.REPEATABLE)
SEND_INVOICE = Endpoint("POST", "/sessions/online/{referenceNumber}/invoices", Group.INVOICE_SEND, Effect.ONCE)
CLOSE_ONLINE = Endpoint(
    "POST", "/sessions/online/{referenceNumber}/close", Group.ONLINE_SESSION_CLOSE, Effect.REPEATABLE
)
OPEN_BATCH = Endpoint("POST", "/sessions/batch", Group.BATCH_SESSION, Effect.REPEATABLE, secret_answer=True)
CLOSE_BATCH = Endpoint("POST", "/sessions/batch/{referenceNumber}/close", Group.BATCH_SESSION_CLOSE, Effect.REPEATABLE)
SESSIONS = Endpoint("GET", "/sessions", Group.SESSION_LIST)
SESSION_STATUS = Endpoint("GET", "/sessions/{referenceNumber}", Group.SESSION_MISC)
SESSION_INVOICES = Endpoint("GET", "/sessions/{referenceNumber}/invoices", Group.SESSION_INVOICE_LIST)
FAILED_INVOICES = Endpoint("GET", "/sessions/{referenceNumber}/invoices/failed", Group.SESSION_INVOICE_LIST)
INVOICE_STATUS = Endpoint("GET", "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}", Group.INVOICE_STATUS)
UPO_OF_INVOICE = Endpoint(
    "GET", "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo", Group.SESSION_MISC
)
UPO_BY_KSEF_NUMBER = Endpoint("GET", "/sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo", Group.SESSION_MISC)
UPO_OF_SESSION = Endpoint("GET", "/sessions/{referenceNumber}/upo/{upoReferenceNumber}", Group.SESSION_MISC)

# Documents already in KSeF
INVOICE = Endpoint("GET", "/invoices/ksef/{ksefNumber}", Group.INVOICE_DOWNLOAD)
METADATA = Endpoint("POST", "/invoices/query/metadata", Group.INVOICE_METADATA)
EXPORT = Endpoint("POST", "/invoices/exports", Group.INVOICE_EXPORT, Effect.ONCE)
EXPORT_STATUS = Endpoint("GET", "/invoices/exports/{referenceNumber}", Group.INVOICE_EXPORT_STATUS)

# Credentials
GENERATE_TOKEN = Endpoint("POST", "/tokens", Group.OTHER, Effect.ONCE, secret_answer=True)
TOKENS = Endpoint("GET", "/tokens", Group.OTHER)
TOKEN = Endpoint("GET", "/tokens/{referenceNumber}", Group.OTHER)
REVOKE_TOKEN = Endpoint("DELETE", "/tokens/{referenceNumber}", Group.OTHER, Effect.REPEATABLE)
CERTIFICATE_LIMITS = Endpoint("GET", "/certificates/limits", Group.OTHER)
ENROLMENT_DATA = Endpoint("GET", "/certificates/enrollments/data", Group.OTHER)
ENROL = Endpoint("POST", "/certificates/enrollments", Group.OTHER, Effect.ONCE)
ENROLMENT_STATUS = Endpoint("GET", "/certificates/enrollments/{referenceNumber}", Group.OTHER)
RETRIEVE_CERTIFICATES = Endpoint("POST", "/certificates/retrieve", Group.OTHER)
CERTIFICATES = Endpoint("POST", "/certificates/query", Group.OTHER)
REVOKE_CERTIFICATE = Endpoint("POST", "/certificates/{certificateSerialNumber}/revoke", Group.OTHER, Effect.REPEATABLE)
MY_PERMISSIONS = Endpoint("POST", "/permissions/query/personal/grants", Group.OTHER)
ATTACHMENT_CONSENT = Endpoint("GET", "/permissions/attachments/status", Group.OTHER)

# Limits
CONTEXT_LIMITS = Endpoint("GET", "/limits/context", Group.OTHER)
SUBJECT_LIMITS = Endpoint("GET", "/limits/subject", Group.OTHER)
RATE_LIMITS = Endpoint("GET", "/rate-limits", Group.OTHER)

# Beside the contract: pre-signed storage links and the status service. Never with a bearer.
UPLOAD_PART = Endpoint("PUT", "(upload link)", Group.UNCOUNTED, Effect.REPEATABLE, Bearer.NONE)
DOWNLOAD_LINK = Endpoint("GET", "(download link)", Group.UNCOUNTED, bearer=Bearer.NONE)
LATARNIA_STATUS = Endpoint("GET", "(latarnia)/status", Group.UNCOUNTED, bearer=Bearer.NONE)
LATARNIA_MESSAGES = Endpoint("GET", "(latarnia)/messages", Group.UNCOUNTED, bearer=Bearer.NONE)

IN_CONTRACT: tuple[Endpoint, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Endpoint) and value.path.startswith("/")
)
