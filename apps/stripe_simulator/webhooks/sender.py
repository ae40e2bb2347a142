"""Threads that send due deliveries until each got its 2xx, with growing pauses."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import replace

from apps.stripe_simulator.book import Book, Change
from apps.stripe_simulator.clock import Clock
from apps.stripe_simulator.faults import Faults
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import Attempt, Event, WebhookDelivery, WebhookEndpoint
from apps.stripe_simulator.settings import SendingSettings
from apps.stripe_simulator.versions.envelopes import event_shape

from .message import WHILE_SENDING, message
from .outbox import Outbox
from .posting import PostAnswer, Poster

_REMEMBERED_ATTEMPTS = 5
_LONGEST_GOODBYE = 2.0  # seconds, for all senders together
_log = logging.getLogger(__name__)


class Sender:
    def __init__(self, book: Book, clock: Clock, faults: Faults, settings: SendingSettings) -> None:
        self._book = book
        self._clock = clock
        self._faults = faults
        self._settings = settings
        self._poster = Poster(settings.timeout)
        self._threads: list[threading.Thread] = []
        self.outbox = Outbox()
        book.listeners.append(self.outbox.notice)

    def start(self) -> None:
        """Take up what a former process left undelivered, then send."""
        with self._book.change(at=self._clock.now()) as change:
            left = [delivery for delivery in change.newest_first(WebhookDelivery) if delivery.state == "pending"]
        self.outbox.notice(left[::-1])
        for number in range(self._settings.senders):
            thread = threading.Thread(target=self._work, name=f"sender-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End; a sender that waits for an endpoint is not waited for long, and its delivery stays pending."""
        self.outbox.close()
        until = time.monotonic() + _LONGEST_GOODBYE
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (id := self.outbox.take()) is not None:
            try:
                self._handle(id)
            except Exception:  # noqa: BLE001  # a fault of ours must not end the thread, nor lose the delivery
                _log.exception("stripe_simulator.sender_failed delivery=%s", id)
                self.outbox.again(id, after=1.0)
            finally:
                self.outbox.done()
        self._poster.close()

    def _handle(self, id: str) -> None:
        with self._book.change(at=self._clock.now()) as change:
            delivery = change.find(WebhookDelivery, id)
            if delivery is None or delivery.state != "pending":
                return
            endpoint = change.find(WebhookEndpoint, delivery.endpoint)
            if endpoint is None or endpoint.status != "enabled":
                change.put(replace(delivery, state="gave_up"))
                return
            if delivery.due_at == 0 and self._put_off(change, delivery):
                return
            event = self._event(change, delivery, endpoint)
        trouble = {fault.kind for fault in self._faults.for_delivery(delivery.event_type, WHILE_SENDING)}
        now = time.time()
        secrets = [part.value for part in endpoint.secrets if part.expires_at is None or part.expires_at > now]
        signed = message(event, secrets=secrets, at=int(now), trouble=trouble)
        answer = self._poster.post(endpoint.url, signed.body, signed.headers)
        self._settle(delivery, answer, forget="forget_answer" in trouble)

    def _event(self, change: Change, delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> Json:
        version = endpoint.api_version or change.account.api_version
        shape = event_shape(change, change.get(Event, delivery.event), version, pending_webhooks=1)
        if self._settings.with_account:
            shape["account"] = change.account.id
        return shape

    def _put_off(self, change: Change, delivery: WebhookDelivery) -> bool:
        """Let the faults that act before the first sending happen; true if it is not to be sent now."""
        sent_later = False
        now = time.time()
        for fault in self._faults.for_delivery(delivery.event_type, ("drop", "delay", "duplicate")):
            if fault.kind == "drop":
                change.put(replace(delivery, state="dropped"))
                return True
            if fault.kind == "duplicate":
                change.put(replace(delivery, id=new_id("whd"), due_at=now))
            else:
                change.put(replace(delivery, due_at=now + fault.seconds))
                sent_later = True
        return sent_later

    def _settle(self, sent: WebhookDelivery, answer: PostAnswer, *, forget: bool) -> None:
        note = f"answer ignored on demand: {answer.note}" if forget else answer.note
        attempt = Attempt(at=time.time(), status=answer.status, milliseconds=answer.milliseconds, note=note)
        with self._book.change(at=self._clock.now()) as change:
            delivery = change.find(WebhookDelivery, sent.id)
            if delivery is None:
                return
            tried = replace(
                delivery, tries=delivery.tries + 1, attempts=(*delivery.attempts, attempt)[-_REMEMBERED_ATTEMPTS:]
            )
            if 200 <= answer.status < 300 and not forget:
                change.put(replace(tried, state="delivered"))
            elif tried.tries >= self._settings.retry_limit:
                change.put(replace(tried, state="gave_up"))
            else:
                change.put(replace(tried, due_at=time.time() + self._pause(tried.tries)))

    def _pause(self, tries: int) -> float:
        whole = min(self._settings.retry_cap, self._settings.retry_base * 2.0 ** min(tries - 1, 30))
        return whole * random.SystemRandom().uniform(0.8, 1.2)
