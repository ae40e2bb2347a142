"""Passwords and keys made up at the first start and kept in .local/, readable by this user only."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

MADE: dict[str, Callable[[], str]] = {
    "postgres": lambda: secrets.token_urlsafe(24),
    "owner": lambda: secrets.token_urlsafe(24),
    "app": lambda: secrets.token_urlsafe(24),
    "valkey": lambda: secrets.token_urlsafe(24),
    "secret_key": lambda: secrets.token_urlsafe(48),
    "vault": lambda: f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    # What the simulators accept, in the shape of the real ones.
    "ksef_token": lambda: f"20260101-EC-{secrets.token_hex(5).upper()}-{secrets.token_hex(5).upper()}-01|local",
    "stripe_key": lambda: f"rk_test_{secrets.token_hex(24)}",
    "demo_password": lambda: f"demo-{secrets.token_hex(6)}",
}


def kept_keys(file: Path) -> dict[str, str]:
    """The keys of this folder; what is missing is made and written before it is used."""
    keys: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: make() for name, make in MADE.items() if name not in keys}
    if missing:
        keys |= missing
        write_private(file, json.dumps(keys, indent=1))
    return keys


def write_private(file: Path, text: str) -> None:
    """Write a file whole or not at all, mode 0600 from its first byte."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(file)
