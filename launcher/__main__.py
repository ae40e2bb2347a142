"""`python3 -m launcher COMMAND`: the one entry. It must parse on old Pythons, so that it can say they are too old."""

import sys

USAGE = "usage: python3 -m launcher run | demo | test | lint | bench | chaos | services"


def main():  # type: ignore[no-untyped-def]  # annotations are kept out of what old Pythons must read
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"ksefkit: Python 3.11 or newer is needed; {sys.executable} is {found}. Try: make PYTHON=python3.12 run"
        )
    from .commands import run_command

    return run_command(sys.argv[1:], USAGE)


if __name__ == "__main__":
    sys.exit(main())
