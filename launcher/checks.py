"""`make test` and `make lint`: everything that a change must pass, each check with its time."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .chromium import ensure_chromium
from .packages import uv_environment, uv_program
from .pgbouncer import ensure_pgbouncer
from .places import LOCAL, ROOT, VENV, private_folder
from .services import own_folder, sweep_abandoned, throw_away_services
from .talk import complain, say

REQUIREMENTS = ROOT / "requirements.txt"
EXPORT = ["--locked", "--no-dev", "--extra", "hashicorp-vault", "--extra", "sentry", "--no-header", "--no-annotate"]

# What a server on the internet would have, for Django's own deployment checks.
LIKE_PRODUCTION = {
    "PUBLIC_URL": "https://ksefkit.example",
    "ALLOWED_HOSTS": "ksefkit.example",
    "BEHIND_PROXY": "1",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.ksefkit.example",
    "KSEFKIT_DEBUG": "0",
}


# What the product is trusted for: no branch of these may go untested unnoticed.
COVERED = "apps/fa3,apps/documents/mapping"
COVERING = ["tests/fa3", "tests/documents/mapping"]
LEAST_COVERAGE = 98


@dataclass(frozen=True, slots=True)
class Check:
    """One command that must end with code 0."""

    name: str
    argv: Sequence[str]
    extra: dict[str, str] | None = None


def code_checks() -> list[Check]:
    """What needs no database, quickest first."""
    tools = VENV / "bin"
    return [
        Check("ruff check", [str(tools / "ruff"), "check", "."]),
        Check("ruff format", [str(tools / "ruff"), "format", "--check", "."]),
        Check("import contracts", [str(tools / "lint-imports")]),
        Check("mypy", [str(tools / "mypy")]),
    ]


def project_checks() -> list[Check]:
    """Lock, requirements, migrations and deployment."""
    manage = [sys.executable, "-W", "error", "manage.py"]
    return [
        Check("uv.lock is up to date", [str(uv_program()), "lock", "--check"]),
        Check("requirements.txt is up to date", [sys.executable, "-m", "launcher.checks"]),
        Check("no migration missing", [*manage, "makemigrations", "--check", "--dry-run"], {"KSEFKIT_AS_OWNER": "1"}),
        Check("deployment check", [*manage, "check", "--deploy", "--fail-level", "WARNING"], LIKE_PRODUCTION),
    ]


def run_checks(checks: Sequence[Check], environment: dict[str, str]) -> list[str]:
    """Run them one by one, show what a failing one wrote, and return the names of those that failed."""
    failed = []
    for check in checks:
        began = time.monotonic()
        done = subprocess.run(
            check.argv,
            cwd=ROOT,
            env=environment | (check.extra or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        say(f"{check.name:<32}{time.monotonic() - began:6.1f} s  {verdict}")
        if done.returncode:
            print(done.stdout.rstrip(), flush=True)
            failed.append(check.name)
    return failed


def lint() -> int:
    with _services() as environment:
        return _verdict(run_checks(code_checks(), environment))


def test(words: Sequence[str]) -> int:
    """Everything, or only pytest when words for it are given."""
    ensure_chromium()
    ensure_pgbouncer()
    with _services() as environment:
        if not words:
            failed = run_checks([*code_checks(), *project_checks()], environment)
            if failed:
                complain("pytest has not been run; it is run once the checks above pass")
                return _verdict(failed)
        return pytest(words or in_parallel(), environment)


def in_parallel() -> list[str]:
    """Each worker has a database of its own; a file's tests stay together, because they share what is dear to make."""
    return ["-q", "-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]


def pytest(words: Sequence[str], environment: dict[str, str]) -> int:
    """Run pytest on this terminal; its summary is the last thing a person reads."""
    say(" ".join(["pytest", *words]))
    return subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, env=environment, check=False).returncode


def coverage() -> int:
    """Run the tests of FA(3) and of the mapping, and refuse too few branches."""
    data = f"--data-file={LOCAL / 'coverage'}"
    with _services() as environment:
        tool = [sys.executable, "-m", "coverage"]
        runs = (
            [*tool, "run", data, "--branch", f"--source={COVERED}", "-m", "pytest", "-q", *COVERING],
            [*tool, "report", data, "--skip-covered", "--show-missing", f"--fail-under={LEAST_COVERAGE}"],
        )
        codes = (subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode for argv in runs)
        return next(filter(None, codes), 0)


@contextmanager
def _services() -> Iterator[dict[str, str]]:
    private_folder(LOCAL)
    sweep_abandoned()
    with throw_away_services(own_folder()) as variables:
        say("A throw-away PostgreSQL and Valkey are up")
        yield _without_settings(uv_environment()) | variables


def _without_settings(environment: dict[str, str]) -> dict[str, str]:
    """Tests see the defaults, whatever this person has set; .env.example names every setting."""
    settings = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return {name: value for name, value in environment.items() if name not in settings}


def _verdict(failed: Sequence[str]) -> int:
    if failed:
        complain(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def exported_requirements() -> str:
    """The locked packages of production with their hashes, as uv exports them."""
    argv = [str(uv_program()), "export", "--format", "requirements-txt", "--quiet", *EXPORT]
    return subprocess.run(argv, cwd=ROOT, env=uv_environment(), capture_output=True, text=True, check=True).stdout


def compare_requirements() -> int:
    """Say whether requirements.txt is what uv.lock gives; `--write` makes it so."""
    exported = exported_requirements()
    if "--write" in sys.argv:
        REQUIREMENTS.write_text(exported)
    if REQUIREMENTS.exists() and REQUIREMENTS.read_text() == exported:
        return 0
    complain("requirements.txt is not what uv.lock gives; run: .venv/bin/python -m launcher.checks --write")
    return 1


if __name__ == "__main__":
    sys.exit(compare_requirements())
