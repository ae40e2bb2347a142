"""Build an environment for each public SDK and run its driver against a simulator of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from tests.ksef_simulator.invoices import SELLER, invoice

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / ".local" / "peers"
TOKEN = "20260101-EC-1111111111-2222222222-33|nip-5265877635|" + "cd" * 32
INSTALL_SECONDS, RUN_SECONDS = 300, 180


@dataclass(frozen=True)
class Peer:
    name: str
    version: str
    requirement: str
    least_python: tuple[int, int]
    driver: str
    # What the simulator calls itself in its links; {port} is filled in.
    public_url: str


PEERS = (
    Peer("ksef2", "1.1.0", "ksef2==1.1.0", (3, 12), "drive_ksef2.py", "https://api-test.ksef.mf.gov.pl"),
    Peer(
        "ksef-client",
        "0.20.0",
        "ksef-client[xml]==0.20.0",
        (3, 10),
        "drive_ksef_client.py",
        "http://ksef-simulator.test:{port}",
    ),
)


@dataclass(frozen=True)
class Step:
    name: str
    passed: bool
    seconds: float
    detail: str


class Unavailable(Exception):
    """The SDK cannot be installed on this machine; the text says why."""


def run_peer(peer: Peer) -> list[Step]:
    """Every step of the driver, and a last one for what the simulator saw."""
    python = environment(peer)
    port = _free_port()
    public_url = peer.public_url.format(port=port)
    options = Options(port=port, tokens=((SELLER, TOKEN),), public_url=public_url, storage_delay=0.0, delay=0.1)
    with Simulator(options) as simulator, tempfile.TemporaryDirectory() as folder:
        for number in range(9):
            Path(folder, f"{number}.xml").write_bytes(invoice(f"PEER/{peer.name}/{number}"))
        steps = _drive(python, peer, simulator.address, public_url, folder)
        report = simulator.system.report.as_json()
    return [*steps, *_judgement(report)]


def environment(peer: Peer) -> Path:
    """A Python with the SDK installed, made once and kept under .local/peers."""
    base = _interpreter(peer.least_python)
    folder = PLACE / f"{peer.name}-{peer.version}-{base.version}"
    python = folder / "bin" / "python"
    if (folder / "installed").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _call([str(base.path), "-m", "venv", str(folder)], peer)
    _call([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer.requirement], peer)
    (folder / "installed").write_text(peer.requirement)
    return python


@dataclass(frozen=True)
class Interpreter:
    path: Path
    version: str


def _interpreter(least: tuple[int, int]) -> Interpreter:
    for path in _candidates():
        try:
            asked = subprocess.run(
                [path, "-c", "import sys, ensurepip; print(*sys.version_info[:2])"],
                capture_output=True,
                text=True,
                timeout=20,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue  # a version manager's stand-in without a version behind it, or no ensurepip
        major, minor = (int(part) for part in asked.stdout.split())
        if (major, minor) >= least:
            return Interpreter(Path(path), f"py{major}.{minor}")
    raise Unavailable(f"needs Python {least[0]}.{least[1]} or newer; none was found")


def _candidates() -> Iterator[str]:
    yield sys.executable
    for minor in range(14, 9, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            yield found
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(path) for path in sorted(versions.glob("3.*/bin/python3"), reverse=True))
    uv = shutil.which("uv")
    if uv:
        found_by_uv = subprocess.run([uv, "python", "find", ">=3.10"], capture_output=True, text=True, check=False)
        yield from found_by_uv.stdout.split()


def _call(command: list[str], peer: Peer) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise Unavailable(f"{peer.requirement} does not install here: {last}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{peer.requirement} does not install here: {error}") from error


def _drive(python: Path, peer: Peer, address: str, public_url: str, folder: str) -> list[Step]:
    arguments = {"address": address, "public-url": public_url, "nip": SELLER, "token": TOKEN, "invoices": folder}
    command = [str(python), str(HERE / peer.driver), *(f"--{name}={value}" for name, value in arguments.items())]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False, cwd=folder, env=environ
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    steps = [Step(line["step"], line["ok"], line["seconds"], line["detail"]) for line in lines]
    if done.returncode and all(step.passed for step in steps):
        steps.append(Step("driver", False, 0.0, (done.stderr.strip().splitlines() or ["no message"])[-1]))
    return steps


def _judgement(report: dict[str, object]) -> list[Step]:
    """Nothing a good client never does: break the contract, show its bearer to the storage, ignore a pause."""
    faults = ("contractViolations", "bearerSentToStorage", "retryAfterIgnored", "internalErrors", "keyReuse")
    found = {name: report[name] for name in faults if report.get(name)}
    return [Step("report of the simulator", not found, 0.0, json.dumps(found)[:300] if found else "")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
