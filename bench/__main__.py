"""`make bench`: every measurement in turn, each a JSON line; `make bench ARGS="filing --case single"` runs one."""

import subprocess
import sys
from collections.abc import Sequence

# The quick ones first; `filing` drives the whole service and takes minutes.
BENCHES = ("fa3", "mapping", "signing", "package", "simulator", "intake", "filing")


def main(words: Sequence[str]) -> int:
    """Run the named bench with its words, or all of them; the exit status says whether each met its target."""
    if words and words[0] not in BENCHES:
        print(f"There is no bench named {words[0]!r}; known are {', '.join(BENCHES)}.", file=sys.stderr)  # noqa: T201
        return 2
    runs = [list(words)] if words else [[name] for name in BENCHES]
    missed = [run[0] for run in runs if _run(run)]
    if missed:
        print(f"Short of the target, or failed: {', '.join(missed)}.", file=sys.stderr)  # noqa: T201 a command line
    return 1 if missed else 0


def _run(words: Sequence[str]) -> int:
    name, *rest = words
    return subprocess.run([sys.executable, "-m", f"bench.{name}", *rest], check=False).returncode  # noqa: S603 ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
