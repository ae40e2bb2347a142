"""What the simulator can be told when it starts."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

TEST_ENVIRONMENT = "środowisko testowe (TE)"


@dataclass(frozen=True, slots=True)
class Options:
    host: str = "127.0.0.1"
    port: int = 0
    tokens: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    batch_delay_base: float | None = None
    batch_delay_per_invoice: float = 0.0
    signin_delay: float = 0.0
    storage_delay: float = 1.0
    state: Path | None = None
    seed: int | None = None
    limits: str = "production"
    environment_name: str = TEST_ENVIRONMENT
    check_nip: bool = False
    check_responses: bool = False
    threads: int = 16
    public_url: str | None = None
    open_control: bool = False
    limit_values: dict[str, dict[str, int]] = field(default_factory=dict)


def parse(arguments: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m apps.ksef_simulator", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    add("--port", type=int, default=0, help="0 takes a free port and prints it")
    add("--token", action="append", default=[], metavar="NIP=TOKEN", help="a KSeF token that works from the start")
    add("--delay", type=float, default=0.0, help="seconds until an invoice is processed")
    add("--batch-delay-base", type=float, help="seconds until a batch is processed (default: as --delay)")
    add("--batch-delay-per-invoice", type=float, default=0.0, help="seconds added for each invoice of a batch")
    add("--signin-delay", type=float, default=0.0, help="seconds a sign-in stays at 100")
    add("--storage-delay", type=float, default=1.0, help="seconds from KSeF number to permanent storage")
    add("--state", type=Path, help="keep everything in this file, also over kill -9")
    add("--seed", type=int, help="make every number repeatable")
    add("--limits", default="production", help="production, off, or a JSON file with groups as GET /rate-limits")
    add("--no-limits", action="store_const", const="off", dest="limits", help="short for --limits off")
    add("--environment-name", default=TEST_ENVIRONMENT, help="issuer suffix on receipts; empty for PROD's plain name")
    add("--check-nip", action="store_true", help="check NIP checksums on invoices, as PROD does")
    add("--check-responses", action="store_true", help="hold every answer against the contract")
    add("--threads", type=int, default=16)
    add("--public-url", help="base of the links given out (default: the Host of each request)")
    add("--open-control", action="store_true", help="take commands and buttons from other machines too")
    given = parser.parse_args(arguments)
    tokens = tuple(_token(parser, text) for text in given.token)
    values = {name: getattr(given, name) for name in _SAME_NAME}
    return Options(tokens=tokens, limit_values=_limits(parser, given.limits), **values)


_SAME_NAME = (
    "host", "port", "delay", "batch_delay_base", "batch_delay_per_invoice", "signin_delay", "storage_delay", "state",
    "seed", "limits", "environment_name", "check_nip", "check_responses", "threads", "public_url", "open_control",
)  # fmt: skip


def _token(parser: argparse.ArgumentParser, text: str) -> tuple[str, str]:
    nip, separator, token = text.partition("=")
    if not separator or len(nip) != 10 or not nip.isdigit() or not token:
        parser.error(f"--token takes NIP=TOKEN, not {text!r}")
    return nip, token


def _limits(parser: argparse.ArgumentParser, choice: str) -> dict[str, dict[str, int]]:
    if choice in ("production", "off"):
        return {}
    try:
        values = json.loads(Path(choice).read_text("utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"--limits {choice}: {error}")
    if not isinstance(values, dict):
        parser.error(f"--limits {choice}: an object with groups was expected")
    return values
