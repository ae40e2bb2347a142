"""Finds the Chromium that the browser tests drive, and installs it where we may."""

import os
import shutil

from .packages import explain, last_line, run_logged
from .talk import Failure, say, step

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_chromium() -> None:
    """Have a Chromium on PATH, or say what follows; in CI the browser tests may not be skipped."""
    if find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Installing Chromium for the browser tests with apt-get"):
            _install()
    if find_chromium() is not None:
        return
    if in_ci():
        raise Failure("There is no Chromium on PATH, and in CI the browser tests may not be skipped.")
    say("No Chromium on PATH: the browser tests are skipped (apt-get install chromium as root runs them).")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _install() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        code, output = run_logged(["apt-get", "-q", *words], env=environment)
        if code:
            say(f"apt-get {words[0]} failed: {explain(output) or last_line(output)}")
            return
