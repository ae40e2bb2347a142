"""Sign-in with a signed AuthTokenRequest: form, schema, signature, certificate, and whom it speaks for."""

import base64
import hashlib
from typing import Any

from lxml import etree

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.people.identity import Incomplete, fingerprint, kind_of, subject_data, subject_of
from apps.ksef_simulator.sending.forms import SCHEMAS, complaints
from apps.ksef_simulator.signatures.canonical import DS, Node, without_signature
from apps.ksef_simulator.signatures.verify import BadSignature, Signed, signatures_in, verify
from apps.ksef_simulator.signin.ksef_token import accepted
from apps.ksef_simulator.signin.operations import SignIn
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import Call, Reply, answers
from apps.ksef_simulator.web.errors import BadRequest

NAMESPACES = ("http://ksef.mf.gov.pl/auth/token/2.1", "http://ksef.mf.gov.pl/auth/token/2.0")
_XSD = "{http://www.w3.org/2001/XMLSchema}"


@answers("POST", "/auth/xades-signature")
def sign_in_with_signature(call: Call) -> Reply:
    root = _parsed(call.raw)
    found = signatures_in(root)
    if not found:
        raise BadRequest(9102)
    if len(found) > 1:
        raise BadRequest(9103)
    request = _request_in(root, found[0])
    fields = _fields(request, found[0])
    try:
        signed = verify(found[0], request)
    except BadSignature as error:
        raise BadRequest(9105, str(error)) from error
    if call.system.challenges.redeem(fields["Challenge"]) is None:
        raise BadRequest(21111)
    return _start(call, signed, fields)


def _parsed(raw: bytes) -> Node:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest(21217) from None
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise BadRequest(21001, str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadRequest(9101, "Deklaracja DOCTYPE jest niedozwolona.")
    return root


def _request_in(root: Node, signature: Node) -> Node:
    """The AuthTokenRequest: the root with the signature in it, or an object inside the signature."""
    wanted = [f"{{{namespace}}}AuthTokenRequest" for namespace in NAMESPACES]
    if root.tag in wanted and signature.getparent() is root:
        return root
    if root is signature:
        inside = [node for node in root.iterfind(f"{{{DS}}}Object/*") if node.tag in wanted]
        if len(inside) == 1:
            return inside[0]
    raise BadRequest(9101)


def _fields(request: Node, signature: Node) -> dict[str, Any]:
    """The parts of the request, after its schema has taken it without the signature."""
    # The schema has no place for a signature, so the service must validate what was there before signing.
    bare = without_signature(request, signature) if request.getroottree().getroot() is request else request
    namespace = etree.QName(request).namespace or ""
    document = etree.tostring(bare, with_tail=False)
    if namespace != NAMESPACES[0]:
        # Schema 2.0 differs by its namespace and laxer address patterns, which libxml2 cannot compile.
        document = document.replace(namespace.encode(), NAMESPACES[0].encode())
    schema = _schema()
    if not schema.validate(etree.fromstring(document)):
        raise BadRequest(21401, *(message for _, message in complaints(schema)))
    return _read(request, namespace)


def _read(request: Node, namespace: str) -> dict[str, Any]:
    def texts(path: str) -> list[str]:
        return [
            (node.text or "").strip()
            for node in request.iterfind("/".join(f"{{{namespace}}}{step}" for step in path.split("/")))
        ]

    context = request.find(f"{{{namespace}}}ContextIdentifier/*")
    policy = {
        "ip4Addresses": texts("AuthorizationPolicy/AllowedIps/Ip4Address"),
        "ip4Ranges": texts("AuthorizationPolicy/AllowedIps/Ip4Range"),
        "ip4Masks": texts("AuthorizationPolicy/AllowedIps/Ip4Mask"),
    }
    return {
        "Challenge": texts("Challenge")[0],
        "SubjectIdentifierType": texts("SubjectIdentifierType")[0],
        "context": Identifier(etree.QName(context).localname, (context.text or "").strip())
        if context is not None
        else None,
        "policy": policy if any(policy.values()) else None,
    }


def _schema() -> etree.XMLSchema:
    document = etree.parse(str(SCHEMAS / "ksef" / "schemat_auth_v2-1.xsd"))
    for pattern in document.iter(f"{_XSD}pattern"):
        # Two patterns carry ^ and $, which XML Schema takes for characters: valid values would be refused.
        pattern.set("value", pattern.get("value", "").removeprefix("^").removesuffix("$"))
    return etree.XMLSchema(document)


def _start(call: Call, signed: Signed, fields: dict[str, Any]) -> Reply:
    system, context = call.system, fields["context"]
    enrolled = system.certificates.of(signed.certificate)
    if enrolled is not None and enrolled.type != "Authentication":
        raise BadRequest(21115, "Certyfikat typu Offline nie służy do uwierzytelnienia.")
    subject = _subject(call, signed, fields["SubjectIdentifierType"])
    if (context.type == "PeppolId") != (subject.type == "PeppolId"):
        raise BadRequest(21117)
    code, details = system.certificates.verdict(
        signed.certificate, call.at, chain=bool(call.parameters["verifyCertificateChain"])
    )
    if system.subjects.is_deceased(subject):
        code, details = 470, []
    permissions = sorted(system.access.permissions(subject, context))
    if code == 200 and not permissions:
        code = 415
    sign_in = SignIn(
        reference=system.numbers.reference("AU", call.at),
        method="ksef-certificate" if enrolled else kind_of(signed.certificate),
        context=str(context),
        subject=str(subject),
        started_at=call.at,
        ready_at=later(call.at, system.options.signin_delay),
        code=code,
        details=details,
        permissions=permissions,
        policy=fields["policy"],
        document_hash=base64.b64encode(hashlib.sha256(call.raw).digest()).decode(),
        certificate_data=subject_data(signed.certificate),
    )
    if enrolled is not None:
        system.certificates.used(enrolled, call.at)
    return accepted(call, sign_in)


def _subject(call: Call, signed: Signed, identified_by: str) -> Identifier:
    enrolled = call.system.certificates.of(signed.certificate)
    if enrolled is not None:
        return Identifier.parse(enrolled.subject)
    if identified_by == "certificateFingerprint":
        return fingerprint(signed.der)
    try:
        subject = subject_of(signed.certificate)
    except Incomplete as error:
        raise BadRequest(21115, str(error)) from error
    if subject is None:
        raise BadRequest(21406, "Certyfikat nie zawiera identyfikatora NIP ani PESEL.")
    return subject
