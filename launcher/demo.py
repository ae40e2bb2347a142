"""The demo: a company, its connections, its documents and what becomes of them; part of `make run` and `make demo`."""

import json
import os
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import django

from .places import LOCAL, LOGS
from .talk import Failure, complain, say, suit_any_terminal


def main() -> int:
    sys.excepthook = _log_and_tell
    suit_any_terminal()
    try:
        count = _count_asked_for()
        django.setup()
        return _demo(count)
    except Failure as failure:
        complain(str(failure))
        return 1


def _log_and_tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of ours is one line on the terminal and all of it in the log."""
    log = LOGS / "demo.log"
    with log.open("a") as file:
        traceback.print_exception(kind, error, trace, file=file)
    complain(f"The demo broke: {kind.__name__}: {str(error).partition(chr(10))[0]} (all of it in {log})")


def _count_asked_for() -> int | None:
    text = os.environ.get("DEMO_DOCUMENTS", "")
    if text and not (text.isdigit() and int(text) > 0):
        raise Failure(f"DEMO_DOCUMENTS is {text!r}; write how many documents there shall be.")
    return int(text) if text else None


def _has() -> frozenset[str]:
    return frozenset(os.environ.get("DEMO_HAS", "").split())


def _demo(count: int | None) -> int:
    # These read Django's settings when they are imported.
    from django.utils import timezone

    from .demo_company import EMAIL, demo_company, use_ksef, use_stripe
    from .demo_stripe import StripeSimulator, make_documents
    from .demo_watch import Watch

    key, control, password = (os.environ[name] for name in ("STRIPE_LOCAL_KEY", "DEMO_STRIPE_CONTROL", "DEMO_PASSWORD"))
    company = demo_company(os.environ["KSEF_LOCAL_NIP"], password, at=timezone.now())
    use_ksef(company, os.environ["KSEF_LOCAL_TOKEN"], at=timezone.now())
    use_stripe(company, key, at=timezone.now())
    say(f"Dashboard: {os.environ['PUBLIC_URL']}  sign in as {EMAIL} with the password {password}")
    if control:
        say(f"Stripe simulator, with a button for each scenario: {control}")
    if os.environ["DEMO_KSEF_CONTROL"]:
        say(f"KSeF simulator, with what it holds: {os.environ['DEMO_KSEF_CONTROL']}")
    if not control:
        say(f"Waiting for {count or 'the first'} documents from {os.environ['STRIPE_API_BASE']}")
    stripe = StripeSimulator(control, key, LOCAL / "demo.json", _has()) if control else None
    began = time.monotonic()
    with ThreadPoolExecutor(1) as helper:
        making = helper.submit(make_documents, stripe, count, samples="--judge" in sys.argv)
        watch = Watch(company.tenant.id, stripe, making)
        lines = watch.until_at_rest(wanted=count or 1)
    for line in lines:
        complain(line)
    if count:
        print(json.dumps(watch.figures(seconds=time.monotonic() - began)), flush=True)
    elif not lines:
        say(f"All {len(watch.picture.rows)} documents ended as they should, in {time.monotonic() - began:.1f} s")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
