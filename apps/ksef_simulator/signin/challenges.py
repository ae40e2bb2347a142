"""Challenges: ten minutes long, good for one attempt."""

import threading
from datetime import datetime

from apps.ksef_simulator.clock import Clock, stamp
from apps.ksef_simulator.numbers import Numbers
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply

LIFE_SECONDS = 600


class Challenges:
    def __init__(self, clock: Clock, numbers: Numbers) -> None:
        self._clock, self._numbers = clock, numbers
        self._open: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def issue(self) -> tuple[str, datetime]:
        now = self._clock.now()
        # Milliseconds only, so that `timestamp` and `timestampMs` are the same moment.
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        challenge = self._numbers.reference("CR", now)
        with self._lock:
            self._open = {each: at for each, at in self._open.items() if (now - at).total_seconds() < LIFE_SECONDS}
            self._open[challenge] = now
        return challenge, now

    def redeem(self, challenge: str) -> datetime | None:
        """When this challenge was issued, once and within its life; then it is gone."""
        with self._lock:
            issued_at = self._open.pop(challenge, None)
        if issued_at is None or (self._clock.now() - issued_at).total_seconds() >= LIFE_SECONDS:
            return None
        return issued_at


@answers("POST", "/auth/challenge")
def challenge(call: Call) -> Reply:
    text, at = call.system.challenges.issue()
    milliseconds = round(at.timestamp() * 1000)
    return json_reply(
        {"challenge": text, "timestamp": stamp(at), "timestampMs": milliseconds, "clientIp": call.client_ip}
    )
