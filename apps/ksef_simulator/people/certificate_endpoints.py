"""KSeF certificates over the API: retrieve, query, revoke, and the test environment's change of their end."""

import base64

from apps.ksef_simulator.clock import read_moment
from apps.ksef_simulator.people.certificates import KsefCertificate
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest, Forbidden
from apps.ksef_simulator.web.paging import offset_page_of


@answers("POST", "/certificates/retrieve")
def retrieve(call: Call) -> Reply:
    found = [call.system.certificates.get(serial) for serial in call.body["certificateSerialNumbers"]]
    return json_reply(
        {
            "certificates": [
                {
                    "certificate": base64.b64encode(each.der).decode(),
                    "certificateName": each.name,
                    "certificateSerialNumber": each.serial,
                    "certificateType": each.type,
                }
                for each in found
                if each is not None and each.subject in _names(call)
            ]
        }
    )


@answers("POST", "/certificates/query")
def query(call: Call) -> Reply:
    asked = call.body or {}
    mine = [each for name in sorted(_names(call)) for each in call.system.certificates.of_subject(name)]
    expires_after = read_moment(asked["expiresAfter"]) if asked.get("expiresAfter") else None
    found = [
        each
        for each in mine
        if asked.get("certificateSerialNumber") in (None, each.serial)
        and (asked.get("name") or "").lower() in each.name.lower()
        and asked.get("type") in (None, each.type)
        and asked.get("status") in (None, each.status(call.at))
        and (expires_after is None or each.valid_to > expires_after)
    ]
    page, more = offset_page_of(call, found)
    return json_reply({"certificates": [each.as_json(call.at) for each in page], "hasMore": more})


@answers("POST", "/certificates/{certificateSerialNumber}/revoke")
def revoke(call: Call) -> Reply:
    if call.principal.method == "Token":
        raise Forbidden(
            "auth-method-not-allowed",
            "Operacja nie jest dostępna dla uwierzytelnienia tokenem.",
            {"authenticationMethodCategory": "Token"},
        )
    certificate = _own(call, call.path["certificateSerialNumber"])
    if certificate.status(call.at) != "Active":
        raise BadRequest(25009)
    certificate.revoked_at = call.at
    call.system.certificates.save(certificate)
    return Reply(204)


@answers("PUT", "/testdata/certificates/{serialNumber}")
def change_end(call: Call) -> Reply:
    certificate = _own(call, call.path["serialNumber"])
    end = read_moment(call.body["validTo"])
    if end > certificate.valid_to:
        raise BadRequest(21405, "Nowa data ważności nie może być późniejsza niż obecna.")
    certificate.valid_to = end
    call.system.certificates.save(certificate)
    return Reply()


def _names(call: Call) -> set[str]:
    return call.system.subjects.aliases(call.principal.subject)


def _own(call: Call, serial: str) -> KsefCertificate:
    certificate = call.system.certificates.get(serial)
    if certificate is None or certificate.subject not in _names(call):
        raise BadRequest(25008)
    return certificate
