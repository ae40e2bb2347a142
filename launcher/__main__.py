"""`python3 -m launcher COMMAND`: the one entry. It must parse on old Pythons, so that it can say they are too old."""

import sys

USAGE = """usage: python3 -m launcher COMMAND

run       start everything on this machine and keep it running
demo      the same, then end when every sample document ended as it should
test      every check that a change must pass; further words go to pytest
lint      the quick ones of these checks
coverage  how many branches of FA(3) and of the mapping their tests take; fails below 98 %
bench     measure
chaos     kill everything in the middle of the work and see that nothing is lost
services  a throw-away PostgreSQL and Valkey for running pytest by hand"""


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this line is for whoever has less than the project asks for
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"ksefkit: Python 3.11 or newer is needed; {sys.executable} is {found}. Try: make PYTHON=python3.12 run"
        )
    from .commands import run_command

    return run_command(sys.argv[1:], USAGE)


if __name__ == "__main__":
    sys.exit(main())
