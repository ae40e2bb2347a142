"""Finds the Chromium that the browser tests drive, and installs it where we may."""

import os
import shutil

from .apt import install, may_install
from .talk import Failure, say

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_chromium() -> None:
    """Have a Chromium on PATH, or say what follows; in CI the browser tests may not be skipped."""
    if find_chromium() is None and may_install():
        install("chromium", purpose="the browser tests")
    if find_chromium() is not None:
        return
    if in_ci():
        raise Failure("There is no Chromium on PATH, and in CI the browser tests may not be skipped.")
    say("No Chromium on PATH: the browser tests are skipped (apt-get install chromium as root runs them).")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
