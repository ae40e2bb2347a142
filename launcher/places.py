"""Where the launcher keeps things: everything it makes lies in .local/ and .venv/."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".local"
# What a run keeps: database, keys, logs. Another folder is another, separate run of the same code.
LOCAL = Path(os.environ.get("KSEFKIT_LOCAL") or TOOLS).resolve()
LOGS = LOCAL / "log"
RUN = LOCAL / "run"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


def in_venv() -> bool:
    """Whether this process runs in the project's own virtual environment, where the packages are."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def private_folder(folder: Path) -> Path:
    """Make a folder that only this user can read."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
