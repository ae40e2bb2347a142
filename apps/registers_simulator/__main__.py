"""`python -m apps.registers_simulator --port N`: answers on 127.0.0.1 until it is ended."""

import argparse
import sys

from werkzeug.serving import make_server

from .app import application


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m apps.registers_simulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    server = make_server("127.0.0.1", parser.parse_args().port, application, threaded=True)
    sys.stdout.write(f"Registers simulator on http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
