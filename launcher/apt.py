"""Installs Debian packages that tests drive, where we are root on a Debian or Ubuntu machine."""

import os
import shutil

from .packages import explain, last_line, run_logged
from .talk import say, step


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str, *, purpose: str) -> None:
    """Install a package; what goes wrong is told, and the caller looks whether the program is there."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Installing {package} for {purpose} with apt-get"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
            code, output = run_logged(["apt-get", "-q", *words], env=environment)
            if code:
                say(f"apt-get {words[0]} failed: {explain(output) or last_line(output)}")
                return
