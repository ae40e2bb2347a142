"""Answers as KSeF gives them, good and bad."""

from typing import Any

CHALLENGE = "20250514-CR-226FB7B000-3ACF9BE4C0-10"
SIGN_IN = "20250514-AU-226FB7B000-3ACF9BE4C0-10"
SESSION = "20250625-SO-2C3E6C8000-B675CF5D68-07"
BATCH = "20250626-SB-213D593000-4DE6D80A55-E4"
INVOICE = "20250625-EE-319D7EE000-B67F415CDC-2C"
UPO = "20250625-EU-2EBD6FA000-242EB9B66D-43"
HASH = "mkht+3m5trnfxlTYhq3QFn74LkEO69MFNlsMAkCDSPA="
KSEF_NUMBER = "5265877635-20250826-0100001AF629-AF"
LATER = "2026-11-23T23:00:00.0154302+00:00"


def problem(code: int, description: str = "Błąd.", *details: str) -> dict[str, Any]:
    """A 400 as Problem Details."""
    return {
        "title": "Bad Request",
        "status": 400,
        "instance": "/v2/x",
        "detail": "Żądanie jest nieprawidłowe.",
        "errors": [{"code": code, "description": description, "details": list(details)}],
        "timestamp": "2025-07-11T12:23:56.0154302+00:00",
        "traceId": "673843e023c432286660bc0501a3af44",
    }


def old_problem(code: int, description: str = "Błąd.", *details: str) -> dict[str, Any]:
    """The same in the form KSeF is leaving behind."""
    return {
        "exception": {
            "exceptionDetailList": [
                {"exceptionCode": code, "exceptionDescription": description, "details": list(details)}
            ],
            "serviceCode": "00-c02c-00",
            "serviceCtx": "srvABCDA",
            "serviceName": "Undefined",
            "timestamp": "2025-10-11T12:23:56.0154302",
        }
    }


def forbidden(reason: str, **security: Any) -> dict[str, Any]:
    return {
        "title": "Forbidden",
        "status": 403,
        "detail": "Brak dostępu.",
        "reasonCode": reason,
        "security": security,
        "traceId": "abc",
        "timestamp": "2026-03-13T08:53:22.7735551+00:00",
    }


UNAUTHORIZED = {"title": "Unauthorized", "status": 401, "detail": "Token wygasł.", "traceId": "abc"}
TOO_MANY = {
    "status": {
        "code": 429,
        "description": "Too Many Requests",
        "details": ["Przekroczono limit 20 żądań na minutę. Spróbuj ponownie po 30 sekundach."],
    }
}
HTML = "<!DOCTYPE html><html><body>Request unsuccessful. Incapsula incident ID: 123</body></html>"


def token(value: str, valid_until: str = LATER) -> dict[str, str]:
    return {"token": value, "validUntil": valid_until}


def status(code: int, description: str = "Opis", *details: str, **more: Any) -> dict[str, Any]:
    return {"status": {"code": code, "description": description, "details": list(details), **more}}


def sent_invoice(code: int = 200, **more: Any) -> dict[str, Any]:
    return {
        "ordinalNumber": 1,
        "referenceNumber": INVOICE,
        "invoiceHash": HASH,
        "invoicingDate": "2026-11-23T11:00:00+00:00",
        **status(code),
        **more,
    }
