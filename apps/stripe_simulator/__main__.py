"""`python -m apps.stripe_simulator`: a stand-in for Stripe in one process."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from .api.access import PERMISSIONS
from .clock import Clock, read_moment
from .journal import Journal
from .server import Server
from .settings import AccountSettings, SendingSettings
from .simulator import Simulator, make_simulator
from .versions.names import NEWEST, check_version

DEFAULT_KEY = "rk_test_51SSimulatorKeyForDemoOnly000001"


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    journal = Journal(options.state) if options.state else None
    server = Server(_simulator(options, journal), host=options.host, port=options.port, threads=options.threads)
    signal.signal(signal.SIGTERM, _leave)
    sys.stdout.write(f"stripe_simulator.ready {server.address}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    if journal:
        journal.close()
    return 0


def _simulator(options: argparse.Namespace, journal: Journal | None) -> Simulator:
    return make_simulator(
        key=options.key,
        permissions=frozenset(PERMISSIONS) - frozenset(options.without or ()),
        clock=Clock(options.clock),
        journal=journal,
        sending=SendingSettings(
            senders=options.senders,
            timeout=options.timeout,
            retry_base=options.retry_base,
            retry_cap=options.retry_cap,
            retry_limit=options.retry_limit,
            with_account=options.with_account,
        ),
        account=AccountSettings(
            id=options.account_id,
            name=options.account_name,
            country=options.account_country,
            currency=options.currency,
            invoice_prefix=options.invoice_prefix,
            api_version=options.api_version,
            livemode=options.key.startswith(("rk_live_", "sk_live_")),
            rounding=options.rounding,
        ),
    )


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    account, sending = AccountSettings(), SendingSettings()
    parser = argparse.ArgumentParser(prog="python -m apps.stripe_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--threads", type=int, default=16, help="threads that answer requests")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the account's API key; sk_… may do everything")
    parser.add_argument(
        "--without", action="append", choices=PERMISSIONS, metavar="PERMISSION", help="a permission the key lacks"
    )
    parser.add_argument("--state", type=Path, help="file that keeps everything over a restart")
    parser.add_argument("--clock", type=read_moment, help="the account's time at the start, ISO 8601")
    parser.add_argument("--account-id", default=account.id)
    parser.add_argument("--account-name", default=account.name)
    parser.add_argument("--account-country", default=account.country)
    parser.add_argument("--currency", default=account.currency)
    parser.add_argument("--invoice-prefix", default=account.invoice_prefix)
    parser.add_argument("--api-version", default=NEWEST, type=check_version, help="the account's default version")
    parser.add_argument(
        "--rounding", choices=("line", "invoice"), default=account.rounding, help="where tax is rounded"
    )
    parser.add_argument("--senders", type=int, default=sending.senders, help="threads that send webhooks")
    parser.add_argument("--timeout", type=float, default=sending.timeout, help="seconds to wait for an endpoint")
    parser.add_argument("--retry-base", type=float, default=sending.retry_base, help="seconds before the first retry")
    parser.add_argument("--retry-cap", type=float, default=sending.retry_cap, help="longest pause between retries")
    parser.add_argument("--retry-limit", type=int, default=sending.retry_limit, help="tries before giving up")
    parser.add_argument("--with-account", action="store_true", help="put `account` on events, as platforms get them")
    return parser


if __name__ == "__main__":
    sys.exit(main())
