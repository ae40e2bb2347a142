"""How many signed Stripe events the webhook acknowledges per second, and how fast: `python -m bench.intake [SECONDS]`.

Method L5: 16 clients that keep their connection and do not pause, events of 5 kB, the web as `make run` starts it,
PostgreSQL with fsync, all on the same machine; afterwards every acknowledged event must be one row. Needs DATABASE_URL
and DATABASE_OWNER_URL of an empty database, as `make bench` provides.
"""

import hashlib
import hmac
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 16
WORKERS = 2
THREADS = 4
TARGET_PER_SECOND = 1200
TARGET_P99_MS = 25.0
SECRET = "whsec_bench"  # noqa: S105 made up for this run
EVENT_BYTES = 5_000


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    tenant_id, path = _prepare()
    with _web() as port:
        # Each worker imports everything at its first request.
        _hammer(port, path, seconds=0.1)
        _hammer(port, path, seconds=min(2.0, seconds))
        before, spent = _rows(tenant_id), _web_cpu()
        acknowledged, refused, latencies = _hammer(port, path, seconds=seconds)
        spent = _web_cpu() - spent
        rows = _rows(tenant_id) - before
    result = {
        "bench": "webhook_intake",
        "per_second": round(acknowledged / seconds),
        "target": TARGET_PER_SECOND,
        "p50_ms": round(statistics.median(latencies) * 1000, 1),
        "p99_ms": round(statistics.quantiles(latencies, n=100)[98] * 1000, 1),
        "target_p99_ms": TARGET_P99_MS,
        "web_cpu_us": round(spent / max(acknowledged, 1) * 1e6),  # what the web needs however busy the machine is
        "acknowledged": acknowledged,
        "rows": rows,
        "missing": acknowledged - rows,
        "not_acknowledged": refused,
        "seconds": seconds,
        "clients": CLIENTS,
        "workers": WORKERS,
        "threads": THREADS,
        "cores": len(os.sched_getaffinity(0)),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if acknowledged == rows and not refused else 1


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


def _hammer(port: int, path: str, *, seconds: float) -> tuple[int, int, list[float]]:
    """Deliver from all clients at once; how many were answered 200, how many were not, and each answer's seconds."""
    latencies: list[list[float]] = [[] for _ in range(CLIENTS)]
    refused = [0] * CLIENTS
    until = time.perf_counter() + seconds

    def client(number: int) -> None:
        caller = Caller(port)
        while time.perf_counter() < until:
            request = _delivery(path)
            began = time.perf_counter()
            if caller.post(request):
                latencies[number].append(time.perf_counter() - began)
            else:
                refused[number] += 1
        caller.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = [latency for one in latencies for latency in one]
    return len(together), sum(refused), together


class Caller:
    """One client with one connection, opened anew when the server has closed it; a lean one, as it shares the cores."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: socket.socket | None = None

    def post(self, request: bytes) -> bool:
        """Whether the delivery was acknowledged."""
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self._connection.recv(4096)
            if not part:
                break
            answer += part
        if b"keep-alive" not in answer.lower():
            self.close()
        return answer.startswith(b"HTTP/1.1 200")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _delivery(path: str) -> bytes:
    body = _BODY_HEAD + uuid.uuid4().hex.encode() + _BODY_TAIL
    moment = str(int(time.time())).encode()
    signature = hmac.new(SECRET.encode(), moment + b"." + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Stripe-Signature: t={moment.decode()},v1={signature}\r\n\r\n"
    )
    return head.encode() + body


def _body() -> tuple[bytes, bytes]:
    """An event with an invoice of some lines, cut where its id goes."""
    line = {
        "object": "line_item",
        "amount": 4990,
        "currency": "pln",
        "quantity": 1,
        "discount_amounts": [],
        "metadata": {},
    }
    lines: list[dict[str, object]] = []
    event = {
        "id": "evt_@",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "data": {"object": {"id": "in_1", "object": "invoice", "lines": {"data": lines, "has_more": False}}},
        "livemode": False,
        "type": "invoice.finalized",
    }
    while len(json.dumps(event)) < EVENT_BYTES:
        lines.append(line | {"id": f"il_{len(lines)}", "description": "Subskrypcja plan Pro, stanowisko"})
    head, _, tail = json.dumps(event).encode().partition(b"@")
    return head, tail


_BODY_HEAD, _BODY_TAIL = _body()

if __name__ == "__main__":
    sys.exit(main())
