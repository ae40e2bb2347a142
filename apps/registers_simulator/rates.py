"""Rates that look like the real ones and are the same each time: made from the day alone."""

import hashlib
from datetime import date, timedelta
from typing import Any

# PLN for one unit around which the made-up rates move.
BASE = {
    "EUR": 4.2500,
    "USD": 3.6500,
    "GBP": 4.8500,
    "CHF": 4.5500,
    "CZK": 0.1740,
    "HUF": 0.0109,
    "SEK": 0.3850,
    "JPY": 0.0240,
}
NAMES = {"EUR": "euro", "USD": "dolar amerykański", "GBP": "funt szterling", "CHF": "frank szwajcarski",
         "CZK": "korona czeska", "HUF": "forint (Węgry)", "SEK": "korona szwedzka", "JPY": "jen (Japonia)"}  # fmt: skip
_DAY = timedelta(days=1)


def tables_between(first: date, last: date) -> list[dict[str, Any]]:
    """Table A of each business day."""
    days = (first + _DAY * number for number in range((last - first).days + 1))
    return [_table(day) for day in days if is_published(day)]


def ecb_document(today: date) -> bytes:
    """The last ninety days, newest first, as the ECB writes them: units for one euro."""
    days = [today - _DAY * number for number in range(90)]
    cubes = "".join(_cube(day) for day in days if is_published(day))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        f'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>{cubes}</Cube></gesmes:Envelope>'
    ).encode()


def is_published(day: date) -> bool:
    """Monday to Friday except Polish holidays, reckoned here and not taken from what ships."""
    fixed = {(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26)}
    return day.weekday() < 5 and (day.month, day.day) not in fixed and day not in _movable(day.year)


def _movable(year: int) -> set[date]:
    """Easter Monday and Corpus Christi, by the rule of Meeus and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    easter = date(year, month, day + 1)
    return {easter + _DAY, easter + 60 * _DAY}


def _table(day: date) -> dict[str, Any]:
    number = sum(is_published(date(day.year, 1, 1) + _DAY * n) for n in range((day - date(day.year, 1, 1)).days + 1))
    rates = [{"currency": NAMES[code], "code": code, "mid": _mid(code, day)} for code in BASE]
    return {"table": "A", "no": f"{number:03}/A/NBP/{day.year}", "effectiveDate": day.isoformat(), "rates": rates}


def _mid(code: str, day: date) -> float:
    """Within two per cent of the base, four digits after the point or six for small rates."""
    swing = int.from_bytes(hashlib.sha256(f"{code}{day}".encode()).digest()[:2], "big") / 65_535 - 0.5
    return round(BASE[code] * (1 + 0.04 * swing), 4 if BASE[code] >= 0.1 else 6)


def _cube(day: date) -> str:
    euro = _mid("EUR", day)
    rates = {code: euro / _mid(code, day) for code in BASE if code != "EUR"} | {"PLN": euro}
    entries = "".join(f'<Cube currency="{code}" rate="{rate:.4f}"/>' for code, rate in rates.items())
    return f'<Cube time="{day.isoformat()}">{entries}</Cube>'
