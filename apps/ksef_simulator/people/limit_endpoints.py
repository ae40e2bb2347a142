"""Reading limits, and changing them where the environment is a test one."""

from apps.ksef_simulator.people.context_limits import DEFAULTS
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest
from apps.ksef_simulator.web.limits import WINDOWS

# The members of SetRateLimitsRequest; the contract lets others through.
CHANGEABLE = frozenset(
    {
        "onlineSession", "batchSession", "invoiceSend", "invoiceStatus", "sessionList", "sessionInvoiceList",
        "sessionMisc", "invoiceMetadata", "invoiceExport", "invoiceExportStatus", "invoiceDownload",
        "collectiveIdentifier", "other",
    }
)  # fmt: skip


@answers("GET", "/limits/context")
def context_limits(call: Call) -> Reply:
    return json_reply(call.system.context_limits.of(str(call.principal.context)))


@answers("GET", "/limits/subject")
def subject_limits(call: Call) -> Reply:
    enrolments, certificates = call.system.subject_limits.of(call.principal.subject)
    return json_reply({"enrollment": {"maxEnrollments": enrolments}, "certificate": {"maxCertificates": certificates}})


@answers("GET", "/rate-limits")
def rate_limits(call: Call) -> Reply:
    return json_reply(call.system.limiter.limits_of(str(call.principal.context)))


@answers("POST", "/testdata/limits/context/session")
def set_context_limits(call: Call) -> Reply:
    known = {group: {name: call.body[group][name] for name in values} for group, values in DEFAULTS.items()}
    call.system.context_limits.override(str(call.principal.context), known)
    return Reply()


@answers("DELETE", "/testdata/limits/context/session")
def restore_context_limits(call: Call) -> Reply:
    call.system.context_limits.restore(str(call.principal.context))
    return Reply()


@answers("POST", "/testdata/limits/subject/certificate")
def set_subject_limits(call: Call) -> Reply:
    body = call.body or {}
    enrolment, certificate = body.get("enrollment") or {}, body.get("certificate") or {}
    call.system.subject_limits.override(
        call.principal.subject, enrolment.get("maxEnrollments"), certificate.get("maxCertificates")
    )
    return Reply()


@answers("DELETE", "/testdata/limits/subject/certificate")
def restore_subject_limits(call: Call) -> Reply:
    call.system.subject_limits.restore(call.principal.subject)
    return Reply()


@answers("POST", "/testdata/rate-limits")
def set_rate_limits(call: Call) -> Reply:
    # Groups the request does not have, for closing, anonymous calls and all calls together, keep their values.
    given = {group: values for group, values in call.body["rateLimits"].items() if group in CHANGEABLE}
    wrong = [group for group, values in given.items() if any(values[window] < 1 for window, *_ in WINDOWS)]
    if wrong:
        raise BadRequest(21405, *(f"Limity grupy '{group}' muszą być dodatnie." for group in wrong))
    limits = {group: {window: values[window] for window, *_ in WINDOWS} for group, values in given.items()}
    call.system.limiter.override(str(call.principal.context), limits)
    return Reply()


@answers("DELETE", "/testdata/rate-limits")
def restore_rate_limits(call: Call) -> Reply:
    call.system.limiter.restore(str(call.principal.context))
    return Reply()


@answers("POST", "/testdata/rate-limits/production")
def production_rate_limits(call: Call) -> Reply:
    call.system.limiter.override(str(call.principal.context), call.system.contract.limits)
    return Reply()
