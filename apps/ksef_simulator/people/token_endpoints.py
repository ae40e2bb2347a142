"""KSeF tokens over the API: generate, list, read, revoke."""

from apps.ksef_simulator.people.tokens import KsefToken
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest, Forbidden
from apps.ksef_simulator.web.paging import page_of

CONTEXTS = ("Nip", "InternalId")


@answers("POST", "/tokens")
def generate(call: Call) -> Reply:
    principal = call.principal
    if principal.method == "Token":
        raise Forbidden(
            "auth-method-not-allowed",
            "Operacja nie jest dostępna dla uwierzytelnienia tokenem.",
            {"authenticationMethodCategory": "Token"},
        )
    if principal.context.type not in CONTEXTS:
        raise BadRequest(26002, f"Kontekst {principal.context.type}; dozwolone: {', '.join(CONTEXTS)}.")
    wanted = list(dict.fromkeys(call.body["permissions"]))
    if not wanted:
        raise BadRequest(21405, "Lista 'permissions' nie może być pusta.")
    missing = sorted(set(wanted) - principal.permissions)
    if missing:
        raise BadRequest(26001, f"Brakujące uprawnienia: {', '.join(missing)}.")
    token, text = call.system.tokens.generate(principal.context, principal.subject, wanted, call.body["description"])
    return json_reply({"referenceNumber": token.reference, "token": text}, 202)


@answers("GET", "/tokens")
def tokens(call: Call) -> Reply:
    asked = call.parameters
    found = [each for each in _visible(call) if _wanted(call, each, asked["status"], asked["description"])]
    if asked["authorIdentifier"]:
        found = [each for each in found if asked["authorIdentifier"] in each.author.partition(":")[2]]
    if asked["authorIdentifierType"]:
        found = [each for each in found if each.author.startswith(f"{asked['authorIdentifierType']}:")]
    page, continuation = page_of(call, found)
    return json_reply(continuation | {"tokens": [each.as_json(call.at) for each in page]})


@answers("GET", "/tokens/{referenceNumber}")
def token(call: Call) -> Reply:
    return json_reply(_one(call, _visible(call)).as_json(call.at))


@answers("DELETE", "/tokens/{referenceNumber}")
def revoke(call: Call) -> Reply:
    call.system.tokens.revoke(_one(call, _revocable(call)))
    return Reply(204)


def _visible(call: Call) -> list[KsefToken]:
    """All of the context for who may read credentials; otherwise one's own, or the very token used."""
    if call.principal.may("CredentialsManage", "CredentialsRead"):
        return call.system.tokens.of_context(str(call.principal.context))
    return _own(call)


def _revocable(call: Call) -> list[KsefToken]:
    if call.principal.may("CredentialsManage"):
        return call.system.tokens.of_context(str(call.principal.context))
    return _own(call)


def _own(call: Call) -> list[KsefToken]:
    in_context = call.system.tokens.of_context(str(call.principal.context))
    sign_in = call.system.sign_ins.get(call.principal.sign_in)
    if sign_in is not None and sign_in.token_reference is not None:
        return [each for each in in_context if each.reference == sign_in.token_reference]
    names = call.system.subjects.aliases(call.principal.subject)
    return [each for each in in_context if each.author in names]


def _one(call: Call, allowed: list[KsefToken]) -> KsefToken:
    found = call.system.tokens.get(call.reference)
    if found is None or found.context != str(call.principal.context):
        raise BadRequest(21405, f"Token o numerze referencyjnym {call.reference} nie został znaleziony.")
    if found not in allowed:
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    return found


def _wanted(call: Call, each: KsefToken, statuses: list[str] | None, description: str | None) -> bool:
    if statuses and each.status(call.at) not in statuses:
        return False
    return not description or description.lower() in each.description.lower()
