"""`python -m tests.peers`: both public SDKs against our simulator, as a table; not zero when a step failed."""

import sys

from tests.peers.peers import PEERS, Unavailable, run_peer


def main() -> int:
    failed = False
    for peer in PEERS:
        sys.stdout.write(f"\n{peer.name} {peer.version}\n")
        try:
            steps = run_peer(peer)
        except Unavailable as reason:
            sys.stdout.write(f"  skipped: {reason}\n")
            continue
        for step in steps:
            failed = failed or not step.passed
            mark = "ok    " if step.passed else "FAILED"
            sys.stdout.write(
                f"  {mark} {step.seconds:6.2f} s  {step.name}{'  ' + step.detail if step.detail else ''}\n"
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
