"""How many invoices the KSeF simulator takes per second, one by one and in batches: `python -m bench.simulator`."""

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.ksef_simulator.client import Client, Envelope, b64, sha
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.packages import Package, tarred

TOKEN = "20260101-EC-1111111111-2222222222-33|nip-5265877635|" + "ab" * 32
SENDERS, SENDS = 4, 4000
BATCHES, BATCH_DOCUMENTS = int(os.environ.get("BENCH_BATCHES", "3")), 10_000
SEND_TARGET, BATCH_SECONDS_TARGET = 300, 10.0


@contextmanager
def simulator(*options: str) -> Iterator[tuple[Client, int]]:
    """A simulator in a process of its own, without limits; a signed-in client and the process id."""
    command = [sys.executable, "-m", "apps.ksef_simulator", "--port", "0", "--token", f"{SELLER}={TOKEN}"]
    argv = [*command, "--no-limits", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        if process.stdout is None:
            raise RuntimeError("the simulator has no output")
        client = Client(process.stdout.readline().split()[-1]).sign_in(SELLER, TOKEN)
        try:
            yield client, process.pid
        finally:
            process.terminate()


def sending(*options: str) -> dict[str, object]:
    """Several senders on connections of their own; bodies are made before the clock starts."""
    with simulator(*options) as (client, pid):
        session, envelope = client.open_online()
        bodies = [_body(envelope, invoice(f"S/{number}")) for number in range(SENDS)]
        times: list[float] = []
        threads = [
            threading.Thread(target=_send, args=(client, session, bodies[start::SENDERS], times))
            for start in range(SENDERS)
        ]
        started, cpu = time.perf_counter(), cpu_of(pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds, cpu = time.perf_counter() - started, cpu_of(pid) - cpu
        accepted = client.session(session)["successfulInvoiceCount"]
        if accepted != SENDS:
            raise RuntimeError(f"{accepted} of {SENDS} were accepted")
        return {
            "bench": "simulator_send",
            "per_second": round(SENDS / seconds),
            "target": SEND_TARGET,
            "per_cpu_second": round(SENDS / cpu),
            "p50_ms": round(statistics.median(times) * 1000, 2),
            "p99_ms": round(statistics.quantiles(times, n=100)[98] * 1000, 2),
            "senders": SENDERS,
            "documents": SENDS,
            "state_kept": bool(options),
            "memory_mb": memory_of(pid),
        }


def _body(envelope: Envelope, xml: bytes) -> dict[str, Any]:
    encrypted = envelope.encrypt(xml)
    return {
        "invoiceHash": sha(xml),
        "invoiceSize": len(xml),
        "encryptedInvoiceHash": sha(encrypted),
        "encryptedInvoiceSize": len(encrypted),
        "encryptedInvoiceContent": b64(encrypted),
    }


def _send(client: Client, session: str, bodies: list[dict[str, Any]], times: list[float]) -> None:
    http = requests.Session()
    url = f"{client.address}/v2/sessions/online/{session}/invoices"
    headers = {"Authorization": f"Bearer {client.access}"}
    for body in bodies:
        started = time.perf_counter()
        answer = http.post(url, json=body, headers=headers, timeout=60)
        times.append(time.perf_counter() - started)
        answer.raise_for_status()


def batches() -> Iterator[dict[str, object]]:
    """Batches of ten thousand one after the other, each from opening to its last document and its receipt."""
    with simulator() as (client, pid):
        for number in range(BATCHES):
            files = {f"{place}.xml": invoice(f"B{number}/{place}") for place in range(BATCH_DOCUMENTS)}
            package = Package.of(tarred(files), compression="TarGz")
            started, cpu = time.perf_counter(), cpu_of(pid)
            reference = package.upload(package.open(client))
            client.close(reference, "batch").raise_for_status()
            Client.wait(lambda reference=reference: client.session(reference)["status"]["code"] >= 200, 300)
            status = client.session(reference)
            processed, cpu = time.perf_counter(), cpu_of(pid) - cpu
            receipt = requests.get(status["upo"]["pages"][0]["downloadUrl"], timeout=60)
            finished = time.perf_counter()
            if status["successfulInvoiceCount"] != BATCH_DOCUMENTS:
                raise RuntimeError(f"{status['successfulInvoiceCount']} of {BATCH_DOCUMENTS} were accepted")
            yield {
                "bench": "simulator_batch",
                "batch": number + 1,
                "documents": BATCH_DOCUMENTS,
                "seconds": round(processed - started, 2),
                "target_seconds": BATCH_SECONDS_TARGET,
                "per_second": round(BATCH_DOCUMENTS / (processed - started)),
                "per_cpu_second": round(BATCH_DOCUMENTS / cpu),
                "receipt_seconds": round(finished - processed, 2),
                "receipt_bytes": len(receipt.content),
                "memory_mb": memory_of(pid),
            }


def cpu_of(pid: int) -> float:
    """Processor seconds the simulator has used: what other work on the machine takes away does not count."""
    try:
        used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return float("nan")
    return sum(int(ticks) for ticks in used) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> int | None:
    """Resident memory in megabytes, where the system says it."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def main() -> int:
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    sys.stdout.write(json.dumps(sending() | machine) + "\n")
    for figures in batches():
        sys.stdout.write(json.dumps(figures | machine) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
