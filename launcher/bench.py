"""`make bench`: the measurements in bench/, on a throw-away but durable PostgreSQL."""

import subprocess
import sys
from collections.abc import Sequence

from .packages import clean_environment
from .places import LOCAL, ROOT, private_folder
from .services import own_folder, sweep_abandoned, throw_away_services


def bench(words: Sequence[str]) -> int:
    """Run `python -m bench` with its words; fsync stays on, since keeping a row is part of what is measured."""
    private_folder(LOCAL)
    sweep_abandoned()
    with throw_away_services(own_folder(), durable=True) as variables:
        argv = [sys.executable, "-m", "bench", *words]
        return subprocess.run(argv, cwd=ROOT, env=clean_environment() | variables, check=False).returncode
