"""Where the launcher keeps things: everything it makes lies in .local/ and .venv/."""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".local"
ELSEWHERE = ("KSEF_LOCAL_URL", "KSEF_LOCAL_NIP", "STRIPE_LOCAL_URL")


def kept_folder() -> Path:
    """Where a run keeps its database, keys and logs; documents for another KSeF or from another Stripe lie apart."""
    if named := os.environ.get("KSEFKIT_LOCAL"):
        return Path(named).resolve()
    elsewhere = "|".join(os.environ.get(name, "") for name in ELSEWHERE)
    if not elsewhere.strip("|"):
        return TOOLS
    return TOOLS / f"elsewhere-{hashlib.sha256(elsewhere.encode()).hexdigest()[:8]}"


LOCAL = kept_folder()
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
