"""What goes wrong, chosen by a seed: processes and servers die, and KSeF's answers are spoiled."""

import threading
import time
from collections import Counter
from random import Random
from typing import Any

from chaos.world import World

# Effect, operation, probability and arguments of the faults that are on all the time.
FAULTS: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("drop_before", "*", 0.01, {}),
    ("drop_after", "*", 0.01, {}),
    ("drop_after", "send", 0.05, {}),
    ("drop_before", "send", 0.03, {}),
    ("drop_after", "close batch", 0.1, {}),
    ("drop_after", "open batch", 0.05, {}),
    ("status", "*", 0.01, {"status": 500, "body": "json", "when": "before"}),
    ("status", "close batch", 0.1, {"status": 504, "body": "html", "when": "after"}),
    ("status", "*", 0.005, {"status": 429, "body": "json", "when": "before", "retry_after": 3}),
    ("html", "*", 0.003, {"status": 502}),
    ("malformed", "*", 0.005, {}),
    ("truncated", "storage", 0.01, {}),
    ("wrong_hash_header", "storage", 0.02, {}),
    ("slow", "*", 0.01, {"seconds": 3}),
    ("stuck", "*", 0.02, {"seconds": 15}),
    ("hidden_document", "*", 0.02, {"seconds": 20}),
    ("expired_link", "*", 0.02, {}),
    ("upload_lost", "*", 0.02, {}),
)
KILLS = ("worker", "worker", "beat", "web", "postgres", "valkey", "valkey for long", "flush", "rotate keys")
# Long enough for the workers to go on without the broker (filings/heart.py).
WITHOUT_BROKER = (20.0, 30.0)
PAUSE = (2.0, 6.0)
DOWN = (0.2, 3.0)


def spoil(world: World) -> None:
    """Switch the faults of the simulator on."""
    for effect, operation, probability, arguments in FAULTS:
        rule = {"effect": effect, "operation": operation, "probability": probability, "times": None}
        world.ksef.control("POST", "faults", rule | arguments)


def heal(world: World) -> None:
    world.ksef.control("DELETE", "faults")


def hits(world: World) -> dict[str, int]:
    """How often each fault struck."""
    struck: Counter[str] = Counter()
    for rule in world.ksef.control("GET", "faults")["faults"]:
        struck[rule["effect"]] += rule["hits"]
    return {effect: count for effect, count in struck.items() if count}


class Killer(threading.Thread):
    """Kills one thing after the other until it is told to stop, and starts each again."""

    def __init__(self, world: World, random: Random) -> None:
        super().__init__(name="killer", daemon=True)
        self._world, self._random = world, random
        self._over = threading.Event()
        self.kills: Counter[str] = Counter()

    def run(self) -> None:
        while not self._over.wait(self._random.uniform(*PAUSE)):
            self._world.revive()
            what = self._random.choice(KILLS)
            self._strike(what)
            self.kills[what] += 1

    def _strike(self, what: str) -> None:
        match what:
            case "postgres" | "valkey":
                self._world.kill_server(what)
            case "valkey for long":
                self._world.kill_server("valkey", down=self._random.uniform(*WITHOUT_BROKER))
            case "flush":
                self._world.flush()
            case "rotate keys":
                self._world.ksef.control("POST", "keys", {"usage": "symmetric"})
            case _:
                process = self._world.service[what]
                process.kill()
                time.sleep(self._random.uniform(*DOWN))
                process.start()

    def stop(self) -> None:
        self._over.set()
        self.join()
