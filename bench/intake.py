"""How fast the webhook acknowledges signed events: `python -m bench.intake [SECONDS]`.

Method L5: 4, 8 and 16 senders, each of which delivers its next event of 5 kB as soon as the last one is answered, say
how many a second are acknowledged, and how soon. Apart from that, events arrive at random moments, 1 200 a second on
average, whether or not earlier ones were answered, each timed from the moment at which it was due: how the answers
lengthen when that many come by chance. The web as `make run` starts it, PostgreSQL with fsync, all on the same machine;
afterwards every acknowledged event must be one row. Needs DATABASE_URL and DATABASE_OWNER_URL of an empty database, as
`make bench` provides.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.intake_load import Load, Outcome

ROOT = Path(__file__).resolve().parent.parent
SENDERS = (4, 8, 16)
WORKERS = 2
THREADS = 4
TARGET_PER_SECOND = 1200
TARGET_P99_MS = 25.0
SECRET = "whsec_bench"  # noqa: S105 made up for this run


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    tenant_id, path = _prepare()
    with _web() as port:
        load = Load(port, path, SECRET)
        # Each worker imports everything at its first request.
        load.eager(SENDERS[-1], 0.1)
        load.eager(SENDERS[-1], min(2.0, seconds))
        before = _rows(tenant_id)
        web, own = _web_cpu(), time.process_time()
        eager = [load.eager(senders, seconds) for senders in SENDERS]
        web, own = _web_cpu() - web, time.process_time() - own
        by_chance = load.steady(TARGET_PER_SECOND, seconds)
        rows = _rows(tenant_id) - before
    runs = [*eager, by_chance]
    acknowledged, refused = sum(len(run.latencies) for run in runs), sum(run.refused for run in runs)
    timed = max(sum(len(run.latencies) for run in eager), 1)
    result = {
        "bench": "webhook_intake",
        "senders": {str(count): _shown(run) for count, run in zip(SENDERS, eager, strict=True)},
        "targets": {"per_second": TARGET_PER_SECOND, "p99_ms": TARGET_P99_MS},
        "by_chance": _shown(by_chance) | {"offered_per_second": TARGET_PER_SECOND},
        # What each event needs however busy the machine is.
        "web_cpu_us": round(web / timed * 1e6),
        "generator_cpu_us": round(own / timed * 1e6),
        "acknowledged": acknowledged,
        "rows": rows,
        "missing": acknowledged - rows,
        "not_acknowledged": refused,
        "seconds": seconds,
        "workers": WORKERS,
        "threads": THREADS,
        "cores": len(os.sched_getaffinity(0)),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if acknowledged == rows and not refused else 1


def _shown(outcome: Outcome) -> dict[str, float]:
    if len(outcome.latencies) < 2:
        return {}
    percentiles = statistics.quantiles(outcome.latencies, n=100)
    shown = {f"p{place}_ms": round(percentiles[place - 1] * 1000, 1) for place in (50, 99)}
    return {"per_second": outcome.per_second, **shown}


def _prepare() -> tuple[uuid.UUID, str]:
    """Migrate as the owner, then make a tenant with one Stripe connection as the application."""
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(  # noqa: S603 our own command
        migrate, env=os.environ | {"KSEFKIT_AS_OWNER": "1"}, cwd=ROOT, check=True
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")
    import django

    django.setup()
    from apps.connections.models import StripeConnection
    from apps.connections.secrets import seal_into
    from apps.tenants.context import acting_in
    from apps.tenants.models import Tenant

    tenant_id = uuid.uuid4()
    with acting_in(tenant_id):
        tenant = Tenant.objects.create(id=tenant_id, name="Bench", nip="5265877635")
        row = StripeConnection(tenant=tenant, livemode=False, api_version="2026-10-28.endive")
        seal_into(row, webhook_secret=SECRET)
        row.save()
    return tenant_id, f"/hooks/stripe/{row.endpoint_key}/"


def _rows(tenant_id: uuid.UUID) -> int:
    from apps.stripe_intake.models import StripeEvent
    from apps.tenants.context import acting_in

    with acting_in(tenant_id):
        return StripeEvent.objects.count()


def _web_cpu() -> float:
    """Processor seconds the web's workers have used so far."""
    workers = psutil.Process().children(recursive=True)
    return sum(times.user + times.system for times in (worker.cpu_times() for worker in workers))


@contextmanager
def _web() -> Iterator[int]:
    """The web server as `make run` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--no-control-socket",
    ]
    server = subprocess.Popen(  # noqa: S603 our own command
        [sys.executable, "-m", "gunicorn", "ksefkit.wsgi", *options], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("bench.intake: the web server did not start")


if __name__ == "__main__":
    sys.exit(main())
