from __future__ import annotations

from . import documents, load, trouble
from .overview import clock, health, keys, list_deliveries, list_expectations, list_scenarios, show_report, wait

ROUTES = (
    ("GET", "/control/health", health),
    ("GET", "/control/report", show_report),
    ("GET", "/control/expectations", list_expectations),
    ("GET", "/control/deliveries", list_deliveries),
    ("GET", "/control/wait", wait),
    ("POST", "/control/clock", clock),
    ("POST", "/control/key", keys),
    ("GET", "/control/scenarios", list_scenarios),
    ("POST", "/control/scenarios", load.run_many),
    ("POST", "/control/scenarios/<name>", load.run_one),
    ("POST", "/control/runs/<run_id>/continue", load.go_on_with),
    ("POST", "/control/generate", load.generate),
    ("POST", "/control/invoices/<id>/pay", documents.pay_invoice),
    ("POST", "/control/invoices/<id>/void", documents.void_invoice),
    ("POST", "/control/invoices/<id>/credit", documents.credit_invoice),
    ("POST", "/control/tax_ids/<id>/verify", documents.verify_tax_id),
    ("POST", "/control/events/<id>/resend", documents.resend),
    ("GET", "/control/faults", trouble.list_faults),
    ("POST", "/control/faults/api", trouble.add_api_fault),
    ("POST", "/control/faults/webhooks", trouble.add_webhook_fault),
    ("DELETE", "/control/faults", trouble.clear_faults),
    ("POST", "/control/webhooks/hold", trouble.hold),
    ("POST", "/control/webhooks/release", trouble.release),
    ("POST", "/control/webhook_endpoints/<id>/roll_secret", trouble.roll_secret),
)
