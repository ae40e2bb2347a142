from __future__ import annotations

import re

from apps.stripe_simulator.operations.refusal import Refusal

NEWEST = "2026-10-28.endive"
OLDEST = "2024-06-20"

# First and last day of each release train; from 2024-09-30 on a version carries its train's name.
_TRAINS = {
    "acacia": ("2024-09-30", "2025-02-24"),
    "basil": ("2025-03-31", "2025-08-27"),
    "clover": ("2025-09-30", "2026-02-25"),
    "dahlia": ("2026-03-25", "2026-08-26"),
    "endive": ("2026-09-30", "2026-10-28"),
}
_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([a-z]+))?\Z")


def check_version(name: str) -> str:
    """The version if the simulator can speak it, else a refusal in Stripe's manner."""
    match = _VERSION.match(name)
    if match:
        day, train = match.groups()
        first, last = _TRAINS.get(train, (OLDEST, "2024-09-29"))
        if first <= day <= last and (train is None or train in _TRAINS):
            return name
    raise Refusal(
        f"Invalid Stripe API version: {name}. This simulator speaks {OLDEST} to {NEWEST}.", param="stripe_version"
    )


def day_of(version: str) -> str:
    return version[:10]
