"""In which role a context appears on an invoice, and so whether it may read it."""

from apps.ksef_simulator.sending.records import Facts
from apps.ksef_simulator.signin.principal import Identifier


def has_role(facts: Facts, role: str, context: Identifier) -> bool:
    match role:
        case "Subject1":
            return bool(context.nip) and facts.seller_nip == context.nip
        case "Subject2":
            return _is(facts.buyer_type, facts.buyer_value, context)
        case "Subject3":
            return any(
                _is(each["identifier"]["type"], each["identifier"].get("value"), context)
                for each in facts.third_subjects
            )
        case _:
            return facts.authorized is not None and facts.authorized["nip"] == context.nip


def may_read(facts: Facts, context: Identifier) -> bool:
    return any(has_role(facts, role, context) for role in ("Subject1", "Subject2", "Subject3", "SubjectAuthorized"))


def _is(kind: str, value: str | None, context: Identifier) -> bool:
    if kind == "Nip":
        return bool(value) and value == context.nip
    if kind == "InternalId":
        return value == context.value
    # In a compound context the entity of the EU is known by its VAT number, after the NIP and a dash.
    return kind == "VatUe" and context.type == "NipVatUe" and value == context.value[11:]
