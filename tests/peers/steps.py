"""What both drivers share: run a step, say how it went as one JSON line. Standard library only."""

import argparse
import base64
import hashlib
import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


class Run:
    """The arguments of a driver, and its report on standard output."""

    def __init__(self) -> None:
        parser = argparse.ArgumentParser()
        for name in ("address", "public-url", "nip", "token", "invoices"):
            parser.add_argument(f"--{name}", required=True)
        given = parser.parse_args()
        self.address, self.public_url = given.address, given.public_url
        self.nip, self.token = given.nip, given.token
        self.invoices = [path.read_bytes() for path in sorted(Path(given.invoices).glob("*.xml"))]
        self.failed = False

    def step(self, name: str, action: Callable[[], Result]) -> Result | None:
        started = time.monotonic()
        try:
            result = action()
        except Exception as error:  # noqa: BLE001 - whatever a foreign library raises is this step's result
            traceback.print_exc(file=sys.stderr)
            self._say(name, False, started, f"{type(error).__name__}: {error}")
            return None
        self._say(name, True, started, "")
        return result

    def _say(self, name: str, passed: bool, started: float, detail: str) -> None:
        self.failed = self.failed or not passed
        line = {"step": name, "ok": passed, "seconds": round(time.monotonic() - started, 2), "detail": detail[:300]}
        print(json.dumps(line), flush=True)  # noqa: T201 - the caller reads these lines

    def end(self) -> None:
        sys.exit(1 if self.failed else 0)


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def require(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def require_receipt(receipt: bytes, *contents: str) -> None:
    """A receipt that carries a signature and names all of these."""
    require(b"<ds:SignatureValue" in receipt, "the receipt is not signed")
    for content in contents:
        require(content.encode() in receipt, f"the receipt does not name {content}")
