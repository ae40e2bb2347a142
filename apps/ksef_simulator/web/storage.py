"""The storage behind pre-signed links: no bearer, no limits, and an end to every link."""

from werkzeug.wrappers import Request

from apps.ksef_simulator.sending.parts import receive
from apps.ksef_simulator.sending.upo import bent, document_receipt, session_receipt
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Reply, xml_reply
from apps.ksef_simulator.web.misbehaviour import after_effect, before_effect


class Storage:
    def __init__(self, system: System) -> None:
        self.system = system

    def answer(self, request: Request, path: str) -> Reply:
        operation = f"{request.method} /storage/{path.split('/')[0]}"
        rules = self.system.faults.for_request(operation, None)
        wrong = before_effect(rules)
        if wrong is not None:
            return wrong
        refusal = self._refusal(request, path, operation)
        reply = refusal or after_effect(rules, self._serve(request, path.split("/")))
        self.system.report.answered(operation, reply.status)
        return reply

    def _refusal(self, request: Request, path: str, operation: str) -> Reply | None:
        if "Authorization" in request.headers:
            self.system.report.note("bearerSentToStorage", operation=operation, path=path)
            return error(400, "InvalidAuthenticationInfo", "A pre-signed link is used without Authorization.")
        ends = request.args.get("se", "")
        if not self.system.links.genuine(path, ends, request.args.get("sig", "")):
            return error(401 if request.method == "PUT" else 403, "AuthenticationFailed", "Signature did not match.")
        expired = self.system.clock.now().timestamp() >= int(ends)
        if expired or self.system.faults.take("expired_link", operation):
            return error(403, "AuthenticationFailed", "Signed expiry time has passed.")
        return None

    def _serve(self, request: Request, parts: list[str]) -> Reply:
        system = self.system
        match request.method, parts:
            case "PUT", ["upload", reference, number] if session := system.ledger.sessions.get(reference):
                return receive(system, session, number, request.headers, request.get_data(cache=False))
            case "GET", ["upo", "document", reference] if document := system.ledger.document(reference):
                owner = system.ledger.sessions[document.session]
                receipt = bent(system, owner, document_receipt(system, owner, document))
                return xml_reply(receipt.body, receipt.sha256)
            case "GET", ["upo", "session", reference, _] if session := system.ledger.sessions.get(reference):
                receipt = bent(system, session, session_receipt(system, session))
                return xml_reply(receipt.body, receipt.sha256)
            case "GET", ["export", reference, number] if part := system.exports.part(reference, number):
                return Reply(200, part[0], "application/octet-stream", {"x-ms-meta-hash": part[1]})
        return error(404, "BlobNotFound", "The specified blob does not exist.")


def error(status: int, code: str, message: str) -> Reply:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body.encode(), "application/xml")
