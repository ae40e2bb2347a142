"""What the page's buttons do: the same control calls that programs use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from apps.stripe_simulator.control import documents, load, trouble
from apps.stripe_simulator.control.body import Body
from apps.stripe_simulator.operations.closing import mark_uncollectible
from apps.stripe_simulator.operations.endpoints import add_endpoint
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.events import WebhookEndpoint
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.simulator import Simulator

from .texts import Texts

Form = MultiDict[str, str]
Deed = Callable[[Simulator, Form, Texts], str]


def do(simulator: Simulator, name: str, form: Form, t: Texts) -> str:
    """Do what a button says and tell the person what happened."""
    deed = _DEEDS.get(name)
    if deed is None:
        raise Refusal(name)
    return deed(simulator, form, t)


def _scenario(simulator: Simulator, form: Form, t: Texts) -> str:
    made = load.run_one(simulator, Body({}), name=form.get("name", ""))
    return t("done", ", ".join(str(document["number"]) for document in made["documents"]))


def _scenarios(simulator: Simulator, _form: Form, t: Texts) -> str:
    runs = load.run_many(simulator, Body({}))["runs"]
    return t("made", sum(len(run["documents"]) for run in runs))


def _generate(simulator: Simulator, form: Form, t: Texts) -> str:
    count = form.get("count", "20")
    if not count.isdigit() or int(count) > 5_000:
        raise Refusal("1 … 5000")
    made = load.generate(simulator, Body({"count": int(count), "seed": int(simulator.clock.now())}))
    return t("made", made["count"])


def _continue(simulator: Simulator, form: Form, t: Texts) -> str:
    made = load.go_on_with(simulator, Body({}), run_id=form.get("id", ""))
    return t("done", str(made["documents"][-1]["number"]))


def _pay(simulator: Simulator, form: Form, t: Texts) -> str:
    documents.pay_invoice(simulator, Body({"method": form.get("method", "card")}), id=form.get("id", ""))
    return t("done", t("paid"))


def _credit(simulator: Simulator, form: Form, t: Texts) -> str:
    body = Body({"quantity": 1, "line": 0} if form.get("quantity") else {})
    note = documents.credit_invoice(simulator, body, id=form.get("id", ""))
    return t("done", str(note["number"]))


def _void(simulator: Simulator, form: Form, t: Texts) -> str:
    documents.void_invoice(simulator, Body({}), id=form.get("id", ""))
    return t("done", t("voided"))


def _uncollectible(simulator: Simulator, form: Form, t: Texts) -> str:
    with simulator.change() as change:
        mark_uncollectible(change, change.get(Invoice, form.get("id", "")))
    return t("done", t("uncollectible_state"))


def _resend(simulator: Simulator, form: Form, t: Texts) -> str:
    documents.resend(simulator, Body({}), id=form.get("id", ""))
    return t("done", t("resend"))


def _hold(simulator: Simulator, _form: Form, t: Texts) -> str:
    trouble.hold(simulator, Body({}))
    return t("done", t("hold"))


def _release(simulator: Simulator, form: Form, t: Texts) -> str:
    released = trouble.release(simulator, Body({"order": form.get("order", "same")}))
    return t("done", released["released"])


def _fault(simulator: Simulator, form: Form, t: Texts) -> str:
    kind = form.get("kind", "")
    trouble.add_webhook_fault(simulator, Body({"kind": kind, "seconds": 10}))
    return t("done", t(kind))


def _api_fault(simulator: Simulator, form: Form, t: Texts) -> str:
    status = form.get("status", "500")
    trouble.add_api_fault(simulator, Body({"status": int(status), "times": 3}))
    return t("done", f"3 × {status}")


def _clear(simulator: Simulator, _form: Form, t: Texts) -> str:
    trouble.clear_faults(simulator, Body({}))
    if simulator.sender.outbox.held is not None:
        trouble.release(simulator, Body({"order": "same"}))
    return t("done", t("clear"))


def _endpoint(simulator: Simulator, form: Form, t: Texts) -> str:
    with simulator.change() as change:
        endpoint = add_endpoint(change, url=form.get("url", ""), enabled_events=("*",))
    return t("secret_made", endpoint.secrets[0].value)


def _switch_endpoint(simulator: Simulator, form: Form, t: Texts) -> str:
    with simulator.change() as change:
        known = change.get(WebhookEndpoint, form.get("id", ""))
        switched = replace(known, status="disabled" if known.status == "enabled" else "enabled")
        change.put(switched)
    return t("done", t.state(switched.status))


def _roll(simulator: Simulator, form: Form, t: Texts) -> str:
    rolled = trouble.roll_secret(simulator, Body({}), id=form.get("id", ""))
    return t("secret_made", rolled["secret"])


def _delete_endpoint(simulator: Simulator, form: Form, t: Texts) -> str:
    with simulator.change() as change:
        change.delete(change.get(WebhookEndpoint, form.get("id", "")))
    return t("done", t("delete"))


_DEEDS: dict[str, Deed] = {
    "scenario": _scenario,
    "scenarios": _scenarios,
    "generate": _generate,
    "continue": _continue,
    "pay": _pay,
    "credit": _credit,
    "void": _void,
    "uncollectible": _uncollectible,
    "resend": _resend,
    "hold": _hold,
    "release": _release,
    "fault": _fault,
    "api_fault": _api_fault,
    "clear": _clear,
    "endpoint": _endpoint,
    "endpoint/switch": _switch_endpoint,
    "endpoint/roll": _roll,
    "endpoint/delete": _delete_endpoint,
}
