"""A real Chromium, the pages on a live server, workers at work, and both simulators on the other side."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from apps.connections import ksef as sign_in
from apps.filings.work import Worker
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator as KsefSimulator
from apps.stripe_intake.work import work as process_stripe_events
from apps.stripe_simulator.clock import Clock as StripeClock
from apps.stripe_simulator.server import Server as StripeServer
from apps.stripe_simulator.settings import AccountSettings, SendingSettings
from apps.stripe_simulator.simulator import make_simulator
from launcher.chromium import find_chromium, in_ci
from tests.factories import ACME_NIP

CHROMIUM = find_chromium()
# Playwright's loop runs in this thread; Django would take that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
KSEF_TOKEN = f"20260101-EC-1111111111-2222222222-33|nip-{ACME_NIP}|{'ab' * 32}"
STRIPE_KEY = "rk_test_51SAcmeSellsSoftware000000001"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not in_ci():
                item.add_marker(pytest.mark.skip(reason="no Chromium on PATH"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, "there is no Chromium on PATH, and in CI the browser tests may not be skipped"
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person at a browser; what the browser complained about and where it went is remembered."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        # A 400 answer to a wrong form is what the page is for; the browser logs it as an error of its own.
        if message.type == "error" and "status of 400" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.strangers.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)


@pytest.fixture
def outside(settings: Any, live_server: Any, transactional_db: None) -> Iterator["Outside"]:
    """Both simulators and the workers of one test."""
    ksef = KsefSimulator(Options(tokens=((ACME_NIP, KSEF_TOKEN),), delay=0.2, limits="production")).start()
    stripe = StripeServer(
        make_simulator(
            key=STRIPE_KEY,
            account=AccountSettings(),
            sending=SendingSettings(senders=2, retry_base=0.1),
            clock=StripeClock(None),
        ),
        threads=4,
    )
    stripe.start()
    settings.MFA_REQUIRED = False
    settings.PUBLIC_URL = live_server.url
    settings.STRIPE_API_BASE = stripe.address
    settings.KSEF_LOCAL_URL = f"{ksef.address}/v2"
    sign_in.forget_public_keys()
    workers = Workers()
    workers.start()
    try:
        yield Outside(ksef=ksef, stripe=stripe)
    finally:
        workers.stop()
        stripe.stop()
        ksef.close()


@dataclass
class Outside:
    ksef: KsefSimulator
    stripe: StripeServer

    def play(self, scenario: str) -> None:
        """Let a scenario of the Stripe simulator happen; its webhooks go to the live server."""
        answer = requests.post(f"{self.stripe.address}/control/scenarios/{scenario}", timeout=30)
        assert answer.ok, answer.text


class Workers(threading.Thread):
    """What Celery's workers do when they are rung, twice a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        try:
            while not self._over.wait(0.3):
                process_stripe_events(clock=timezone.now)
                Worker(clock=timezone.now, threads=1).run(until=timezone.now())
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._over.set()
        self.join(30)
        assert not self.is_alive(), "the workers did not end"


@pytest.fixture(params=["desktop, English", "phone, Polish"])
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, live_server: Any, transactional_db: None
) -> Iterator[Visitor]:
    """The same walk at a desk in English and on a phone in Polish. Nothing may come from another host."""
    yield from _visitor(chromium, live_server.url, is_phone=request.param.startswith("phone"))


@pytest.fixture
def desk(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[Visitor]:
    yield from _visitor(chromium, live_server.url, is_phone=False)


def _visitor(chromium: Browser, base: str, *, is_phone: bool) -> Iterator[Visitor]:
    context = chromium.new_context(
        viewport=PHONE if is_phone else DESKTOP,
        locale="pl-PL" if is_phone else "en-GB",
        timezone_id="Europe/Warsaw",
        has_touch=is_phone,
    )
    context.set_default_timeout(20_000)
    visitor = Visitor(context, context.new_page(), base)
    visitor.listen()
    yield visitor
    context.close()
    assert visitor.complaints == []
    assert visitor.strangers == []
