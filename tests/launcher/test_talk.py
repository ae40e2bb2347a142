"""What the launcher says reaches every terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAY = "from launcher.talk import say, suit_any_terminal; suit_any_terminal(); say('Zażółć … gęślą')"


@pytest.mark.parametrize(("terminal", "seen"), [("utf-8", "Zażółć … gęślą"), ("latin2", "Zażółć ? gęślą")])
def test_a_letter_that_a_terminal_lacks_ends_nothing(terminal: str, seen: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": terminal}

    said = subprocess.run([sys.executable, "-c", SAY], cwd=ROOT, env=environment, capture_output=True, check=True)

    assert said.stdout.decode(terminal).split("  ")[-1].strip() == seen
