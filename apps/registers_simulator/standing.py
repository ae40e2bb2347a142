"""Who is registered: decided by the number itself, so that a demo can have every answer.

Ending 99: VIES is away for that member state. Ending 00: not registered. Any other number is registered and active.
"""

import hashlib
from datetime import date, datetime
from typing import Any

AWAY, UNKNOWN = "99", "00"


def vies(country: str, number: str, at: datetime) -> dict[str, Any]:
    if number.endswith(AWAY):
        return {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}
    valid = not number.endswith(UNKNOWN)
    return {
        "countryCode": country,
        "vatNumber": number,
        "requestDate": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
        "valid": valid,
        "requestIdentifier": "WAPIAAAA" + _mark(country + number, 8),
        "name": "DEMO COMPANY" if valid else "---",
        "address": "---",
    }


def entries(nips: list[str], day: date) -> dict[str, Any]:
    return {
        "entries": [{"identifier": nip, "subjects": _subjects(nip)} for nip in nips],
        "requestId": f"demo-{_mark(','.join(nips), 7)}",
        "requestDateTime": f"{day:%d-%m-%Y} 10:00:00",
    }


def account(nip: str, number: str, day: date) -> dict[str, Any]:
    return {
        "accountAssigned": "NIE" if number.endswith(UNKNOWN) else "TAK",
        "requestId": f"demo-{_mark(nip + number, 7)}",
        "requestDateTime": f"{day:%d-%m-%Y} 10:00:00",
    }


def _subjects(nip: str) -> list[dict[str, Any]]:
    if nip.endswith(UNKNOWN):
        return []
    return [{"name": "FIRMA DEMONSTRACYJNA SP. Z O.O.", "nip": nip, "statusVat": "Czynny", "accountNumbers": []}]


def _mark(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]
