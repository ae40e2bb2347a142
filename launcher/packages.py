"""Fetches the pinned packages: uv by hash with pip, then everything in uv.lock into .venv."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from .places import LOGS, ROOT, TOOLS, VENV_PYTHON, in_venv
from .talk import Failure, say, step

BOOT = ROOT / "boot.txt"
LOG = LOGS / "packages.log"
# Whoever runs this may point uv at a mirror; the lock file and what is installed must not depend on it.
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
KEPT_UV = {"UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_OFFLINE", "UV_SYSTEM_CERTS", "UV_CONCURRENT_DOWNLOADS"}

NO_NETWORK = (
    "dns error",
    "error sending request",
    "Failed to fetch",
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "timed out",
    "No matching distribution found",
    "CERTIFICATE_VERIFY_FAILED",
    "invalid peer certificate",
)
CAUSES = (
    (
        ("No space left on device", "os error 28"),
        "The disk is full. Free about 1 GB where this folder, the temporary folder and uv's cache lie, then try again.",
    ),
    (
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "Hash mismatch", "hash mismatch"),
        "A downloaded package is not the one that was locked, so nothing was installed. Check the network's proxy.",
    ),
    (
        ("Permission denied", "os error 13", "Operation not permitted"),
        f"A file under {ROOT} belongs to another user. Delete .venv and .local, or run as the user who made them.",
    ),
    (
        ("needs to be updated", "lockfile is outdated"),
        "uv.lock does not match pyproject.toml. Run `uv lock`, look at the difference and commit it.",
    ),
    (
        NO_NETWORK,
        "The Python package index cannot be reached. Check the network, and HTTPS_PROXY or SSL_CERT_FILE if needed.",
    ),
)


def continue_in_venv(words: Sequence[str]) -> None:
    """Install what is missing and go on as the same command inside .venv; returns at once when already there."""
    os.chdir(ROOT)
    if in_venv():
        return
    sync_packages()
    sys.stdout.flush()
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), "-m", "launcher", *words], clean_environment())  # noqa: S606 - ourselves


def clean_environment() -> dict[str, str]:
    """The person's environment without what would let pip's, uv's or Python's ways lead to other packages."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and (not name.startswith("UV_") or name in KEPT_UV)
    }


def sync_packages() -> None:
    """Bring .venv to exactly what uv.lock says, for the Python that runs this."""
    uv = uv_program()
    argv = [str(uv), "sync", "--locked", "--all-extras", "--no-progress", "--python", sys.executable]
    first = not VENV_PYTHON.exists()
    if first:
        say("Fetching the packages in uv.lock into .venv (about 180 MB the first time)")
    began = time.monotonic()
    code, output = run_logged(argv, env=uv_environment())
    if code and "UV_SYSTEM_CERTS" not in os.environ:
        # uv trusts its own list of certificates; behind a proxy that inspects TLS only the system's list knows it.
        code, output = run_logged(argv, env={**uv_environment(), "UV_SYSTEM_CERTS": "1"})
    if code:
        raise Failure(
            explain(output) or f"The packages could not be installed: {last_line(output)} (all of it in {LOG})"
        )
    if first:
        say(f"  done in {time.monotonic() - began:.1f} s")


def uv_program() -> Path:
    """The pinned uv, fetched once."""
    version = BOOT.read_text().split()[0].partition("==")[2]
    folder = TOOLS / f"uv-{version}"
    if not (folder / "bin" / "uv").exists():
        with step(f"Fetching uv {version} with pip, checked by hash"):
            _install_uv(folder)
    return folder / "bin" / "uv"


def _install_uv(folder: Path) -> None:
    if find_spec("pip") is None:
        raise Failure(
            f"{sys.executable} has no pip. On Debian or Ubuntu: apt-get install python3-pip (or: python3 -m ensurepip)."
        )
    TOOLS.mkdir(exist_ok=True)
    fresh = TOOLS / f"uv-fresh-{os.getpid()}"
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--root-user-action=ignore"]
    argv = [sys.executable, "-m", "pip", "install", *options, "--no-deps", "--only-binary=:all:", "--require-hashes"]
    # --target needs no virtual environment and is allowed where the system manages Python's packages itself.
    environment = os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    try:
        code, output = run_logged([*argv, "--target", str(fresh), "-r", str(BOOT)], env=environment)
        if code:
            raise Failure(explain(output) or f"uv could not be installed: {last_line(output)} (all of it in {LOG})")
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def uv_environment() -> dict[str, str]:
    """For uv itself; its cache moves to .local/ where a home folder is missing or not ours."""
    kept = clean_environment()
    if not _cache_is_writable():
        kept.setdefault("UV_CACHE_DIR", str(TOOLS / "uv-cache"))
    return kept


def _cache_is_writable() -> bool:
    wanted = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache") / "uv"
    existing = next(place for place in [wanted, *wanted.parents] if place.exists())
    return os.access(existing, os.W_OK)


def run_logged(argv: Sequence[str], *, env: Mapping[str, str]) -> tuple[int, str]:
    """Run a program with its output in the log, with a sign of life every 15 s; its code and what it wrote."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with LOG.open("a+b") as log:
        start = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            try:
                process.wait(15)
                break
            except subprocess.TimeoutExpired:
                say("  still working")
            except BaseException:
                process.kill()
                raise
        log.seek(start)
        return process.returncode, log.read().decode(errors="replace")


def explain(output: str) -> str | None:
    """The one line that a known cause deserves."""
    return next((line for signs, line in CAUSES if any(sign in output for sign in signs)), None)


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
