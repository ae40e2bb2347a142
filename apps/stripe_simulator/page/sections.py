"""The parts of the page, each from what the book says now."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from apps.stripe_simulator.api.access import PERMISSIONS
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.faults import ApiFault
from apps.stripe_simulator.records.events import WebhookDelivery, WebhookEndpoint
from apps.stripe_simulator.scenarios.register import SCENARIOS, Scenario
from apps.stripe_simulator.simulator import Simulator

from .html import Child, button, el, table
from .texts import Texts

_SHOWN_DELIVERIES = 12
_GOOD = ("paid", "delivered", "enabled", "filed")
_BAD = ("void", "gave_up", "dropped")
_WARN = ("pending", "uncollectible", "held", "disabled")


def chip(state: str, words: str) -> Markup:
    kind = state.partition(":")[0]
    color = "good" if kind in _GOOD else "bad" if kind in _BAD else "warn" if kind in _WARN else ""
    return el("span", words, class_=f"chip {color}".strip())


def account_section(simulator: Simulator, change: Change, t: Texts, base: str) -> Markup:
    account = change.account
    facts: list[tuple[str, Child]] = [
        (t("name"), account.name),
        (t("account_id"), el("code", account.id)),
        (t("api_base"), el("code", base)),
        (t("key"), el("code", simulator.keyring.key)),
        (t("country"), account.country),
        (t("api_version"), account.api_version),
        (t("next_number"), f"{account.invoice_prefix}-{account.next_invoice_sequence:04d}"),
        (t("clock"), moment(simulator.clock.now())),
    ]
    taken = sorted(set(PERMISSIONS) - simulator.keyring.permissions)
    if taken:
        facts.append((t("missing_permissions"), ", ".join(taken)))
    parts = [el("div", el("dt", label), el("dd", value)) for label, value in facts]
    return el("section", el("h2", t("account")), el("dl", *parts), id="account")


def endpoints_section(change: Change, t: Texts) -> Markup:
    rows: list[list[Child]] = [
        [
            endpoint.url,
            endpoint.api_version or change.account.api_version,
            ", ".join(endpoint.enabled_events[:3]) + (" …" if len(endpoint.enabled_events) > 3 else ""),
            chip(endpoint.status, t.state(endpoint.status)),
            el("details", el("summary", t("show")), el("code", endpoint.secrets[0].value)),
            _endpoint_buttons(endpoint, t),
        ]
        for endpoint in change.newest_first(WebhookEndpoint)
    ]
    headings = [t("url"), t("api_version"), t("events"), t("state"), t("secret"), t("actions")]
    add = el(
        "form",
        el(
            "label", t("url"), el("input", type="url", name="url", required=True, placeholder="http://127.0.0.1:8000/…")
        ),
        el("button", t("add_endpoint")),
        method="post",
        action="/do/endpoint",
        class_="row",
    )
    found = table(headings, rows, empty=t("no_endpoints"))
    return el("section", el("h2", t("endpoints")), found, add, id="endpoints")


def _endpoint_buttons(endpoint: WebhookEndpoint, t: Texts) -> Markup:
    switch = "enable" if endpoint.status == "disabled" else "disable"
    return Markup("").join(
        [
            button("/do/endpoint/switch", t(switch), id=endpoint.id),
            button("/do/endpoint/roll", t("roll"), id=endpoint.id),
            button("/do/endpoint/delete", t("delete"), class_="danger", id=endpoint.id),
        ]
    )


def scenarios_section(t: Texts) -> Markup:
    cards = [_scenario_card(scenario, t) for scenario in SCENARIOS.values()]
    load = el(
        "form",
        el("label", t("how_many"), el("input", type="number", name="count", value=20, min=1, max=5000)),
        el("button", t("generate")),
        method="post",
        action="/do/generate",
        class_="row",
    )
    every = button("/do/scenarios", t("play_all"), class_="main")
    return el(
        "section",
        el("h2", t("scenarios")),
        el("p", t("scenarios_lead"), class_="soft"),
        el("div", every, load, class_="tools"),
        el("ul", *cards, class_="cards"),
        id="scenarios",
    )


def _scenario_card(scenario: Scenario, t: Texts) -> Markup:
    described = scenario.pl if t.language == "pl" else scenario.en
    outcomes = [chip(expected, t.outcome(expected)) for expected in scenario.expected]
    return el(
        "li",
        button("/do/scenario", t("play"), about=described, name=scenario.name),
        el("div", el("p", described), el("p", Markup(" ").join(outcomes))),
    )


def deliveries_section(simulator: Simulator, change: Change, t: Texts, numbers: dict[str, str]) -> Markup:
    rows: list[list[Child]] = []
    for delivery in change.newest_first(WebhookDelivery):
        if len(rows) == _SHOWN_DELIVERIES:
            break
        rows.append(_delivery_row(delivery, t, numbers))
    outbox = simulator.sender.outbox
    counts = [el("span", t("waiting", outbox.waiting), class_="chip")]
    if outbox.held is not None:
        counts.append(el("span", t("held", outbox.held), class_="chip warn"))
    headings = [t("time"), t("event"), t("document"), t("state"), t("answer"), t("tries"), t("actions")]
    return el(
        "section",
        el("h2", t("deliveries")),
        el("p", *counts),
        table(headings, rows, empty=t("no_deliveries")),
        id="deliveries",
    )


def _delivery_row(delivery: WebhookDelivery, t: Texts, numbers: dict[str, str]) -> list[Child]:
    last = delivery.attempts[-1] if delivery.attempts else None
    answer = ""
    if last:
        answer = f"{last.status or t('no_answer')} · {last.milliseconds} ms"
    return [
        moment(last.at if last else delivery.created),
        delivery.event_type,
        numbers.get(delivery.subject, delivery.subject),
        chip(delivery.state, t.state(delivery.state)),
        el("span", answer, title=last.note if last else None),
        delivery.tries,
        button("/do/resend", t("resend"), about=delivery.event_type, id=delivery.event),
    ]


def trouble_section(simulator: Simulator, t: Texts) -> Markup:
    faults = ("duplicate", "drop", "delay", "forget_answer", "wrong_secret", "stale")
    buttons = [
        button("/do/hold", t("hold")),
        *(button("/do/release", t(f"release_{order}"), order=order) for order in ("same", "reverse", "shuffle")),
        *(button("/do/fault", t(kind), kind=kind) for kind in faults),
        *(button("/do/api_fault", t(f"api_{status}"), status=str(status)) for status in (429, 500)),
        button("/do/clear", t("clear"), class_="main"),
    ]
    active = [
        f"API {fault.status} ×{fault.times or '∞'}"
        if isinstance(fault, ApiFault)
        else f"{fault.kind} ×{fault.times or '∞'}"
        for fault in simulator.faults.active()
    ]
    listed = el("p", f"{t('active_trouble')}: {', '.join(active)}", class_="soft") if active else None
    return el(
        "section",
        el("h2", t("trouble")),
        el("p", t("trouble_lead"), class_="soft"),
        el("div", *buttons),
        listed,
        id="trouble",
    )


def moment(seconds: float) -> Markup:
    at = datetime.fromtimestamp(seconds, UTC)
    return el("time", f"{at:%Y-%m-%d %H:%M:%S}", datetime=at.isoformat(timespec="seconds"))
