"""`python -m chaos --seed S --documents N`: exit code 0 when each document was filed exactly once, with its receipt."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from chaos.trouble import Killer, heal, hits, spoil
from chaos.world import Account, World, world
from launcher.places import LOCAL

SHARES = (0.6, 0.3, 0.1)  # of the documents, by tenant
METHOD = (
    "Signed webhooks of three Stripe accounts into web, worker (2 processes), beat, PostgreSQL and Valkey as processes "
    "of their own; KSeF with production limits, 1 s a document. Until half of the documents are filed something is "
    "killed with -9 every 2 to 6 s and answers are spoiled; then the rest is waited for, and the books of Stripe, KSeF "
    "and ourselves are compared."
)
METHOD_AT_REST = "The same without kills and without spoiled answers."
KSEF_OPTIONS = ("--delay", "1", "--batch-delay-per-invoice", "0.0005", "--signin-delay", "0.2")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds for the rest, once nothing is killed")
    parser.add_argument(
        "--gently", action="store_true", help="spoil no answers, kill nothing: how long it takes at rest"
    )
    given = parser.parse_args()
    folder = Path(LOCAL) / f"chaos-{os.getpid()}"
    try:
        return run(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(given: argparse.Namespace, folder: Path) -> int:
    random = Random(given.seed)  # noqa: S311 repeatable on purpose
    began = time.monotonic()
    with world(folder, ksef_options=KSEF_OPTIONS) as stage:
        say(f"{given.documents} documents of {len(stage.accounts)} tenants, seed {given.seed}")
        killer, spoiled = Killer(stage, random), {}
        if not given.gently:
            spoil(stage)
            killer.start()
        issue(stage, given.documents, random)
        if not given.gently:
            wait_until(stage, given.documents // 2, patience=given.patience)
            killer.stop()
            spoiled = hits(stage)
            heal(stage)
        at_peace, then_filed = time.monotonic(), filed(stage)
        say(f"{then_filed} are filed; nothing is killed any more: {dict(killer.kills)}")
        wait_until(stage, given.documents, patience=given.patience, meanwhile=stage.revive)
        recovery = time.monotonic() - at_peace
        from chaos.verdict import judge

        verdict = judge(stage)
        line = verdict.as_json() | {
            "chaos": given.documents,
            "seed": given.seed,
            "method": METHOD_AT_REST if given.gently else METHOD,
            "faults": spoiled,
            "kills": dict(killer.kills),
            "ended_alone": dict(stage.ended_alone),
            "filed_under_fire": then_filed,
            "seconds": round(time.monotonic() - began, 1),
            "recovery_seconds": round(recovery, 1),
            "load": round(os.getloadavg()[1], 1),
        }
        close_connections()
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0 if verdict.ok and verdict.filed >= given.documents else 1


def issue(stage: World, count: int, random: Random) -> None:
    """Documents appear in bursts and singly, so that both ways of sending are used."""
    left = {account.prefix: round(count * share) for account, share in zip(stage.accounts, SHARES, strict=True)}
    left[stage.accounts[0].prefix] += count - sum(left.values())
    while any(left.values()):
        account: Account = random.choice([one for one in stage.accounts if left[one.prefix]])
        size = min(left[account.prefix], random.choice((1, 1, 1, 5, 40, 150)))
        account.control("POST", "generate", {"count": size, "seed": random.randrange(1 << 30)})
        left[account.prefix] -= size
        time.sleep(random.uniform(0.05, 0.6))


def filed(stage: World) -> int:
    """How many documents have their receipt; while the database is down, what is not known counts as nothing."""
    from django.db import OperationalError, connection

    from apps.filings.models import Filing
    from apps.tenants.context import acting_in

    done = 0
    for account in stage.accounts:
        try:
            with acting_in(account.tenant_id):
                done += Filing.objects.filter(state="receipted").count()
        except OperationalError:
            connection.close()
    return done


def wait_until(stage: World, count: int, *, patience: float, meanwhile: Callable[[], None] = lambda: None) -> None:
    end = time.monotonic() + patience
    while (done := filed(stage)) < count and time.monotonic() < end:
        meanwhile()
        time.sleep(1)
    if done < count:
        say(f"only {done} of {count} are filed after {patience:.0f} s")


def close_connections() -> None:
    from django.db import connections

    connections.close_all()


def say(text: str) -> None:
    sys.stderr.write(f"chaos: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
