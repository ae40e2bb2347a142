"""`python -m apps.ksef_simulator`: start the simulator and say where it listens."""

import signal
import sys

from apps.ksef_simulator.options import parse
from apps.ksef_simulator.server import Simulator


def main() -> None:
    simulator = Simulator(parse())
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    sys.stdout.write(f"KSeF simulator ready at {simulator.address}\n")
    sys.stdout.flush()
    simulator.serve()


if __name__ == "__main__":
    main()
