"""References of an XML signature turned into the bytes that were digested."""

import base64
import binascii
import copy

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
ENVELOPED = f"{DS}enveloped-signature"
BASE64 = f"{DS}base64"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
Node = etree._Element
Tree = etree._ElementTree


class UnknownAlgorithm(Exception):
    """A transform or canonicalization KSeF does not take."""


class BadReference(Exception):
    """A reference that points nowhere, or to more than one place."""


def canonical(node: "Node | Tree", method: Node | None, *, comments: bool = True) -> bytes:
    """An element or document in the canonical form a CanonicalizationMethod or Transform names."""
    algorithm = _INCLUSIVE[0] if method is None else method.get("Algorithm", "")
    name, _, variant = algorithm.partition("#")
    with_comments = comments and variant == "WithComments"
    if f"{name}#" == _EXCLUSIVE:
        prefixes = _inclusive_prefixes(method)
        return etree.tostring(
            node, method="c14n", exclusive=True, with_comments=with_comments, inclusive_ns_prefixes=prefixes
        )
    if name in _INCLUSIVE:
        return etree.tostring(node, method="c14n", with_comments=with_comments)
    raise UnknownAlgorithm(algorithm)


def referenced_bytes(reference: Node, signature: Node) -> bytes:
    """What a reference of this signature covers, after its transforms."""
    node, signature = _copies(target_of(reference, signature), signature)
    method: Node | None = None
    for transform in reference.iterfind(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
        algorithm = transform.get("Algorithm", "")
        if algorithm == ENVELOPED:
            _remove(signature)
        elif algorithm in (XPATH, FILTER2):
            _filter(transform, node, algorithm)
        elif algorithm == BASE64:
            return _decoded(node)
        else:
            # The octets of a canonicalization are final: nothing KSeF accepts could follow.
            method = transform
    # Neither URI="" nor URI="#id" selects comments (XML Signature, section 4.4.3.3).
    whole = reference.get("URI") == ""
    return canonical(node.getroottree() if whole else node, method, comments=False)


def text_of(node: Node) -> str:
    return "".join(str(part) for part in node.itertext())


def target_of(reference: Node, signature: Node) -> Node:
    uri = reference.get("URI")
    root = signature.getroottree().getroot()
    if uri == "":
        return root
    if not uri or not uri.startswith("#"):
        raise BadReference(f"URI {uri!r}")
    found = [node for node in root.iter("{*}*") if uri[1:] in (node.get("Id"), node.get("ID"), node.get("id"))]
    if len(found) != 1:
        raise BadReference(f"URI {uri!r} names {len(found)} elements")
    return found[0]


def without_signature(root: Node, signature: Node) -> Node:
    """A copy of the document as it was before it was signed."""
    copied, signature = _copies(root, signature)
    _remove(signature)
    return copied


def _copies(node: Node, signature: Node) -> tuple[Node, Node]:
    """The same two elements in a copy of the whole document, so that transforms may cut it."""
    tree = copy.deepcopy(node.getroottree())
    return _at(tree.getroot(), _steps(node)), _at(tree.getroot(), _steps(signature))


def _steps(node: Node) -> list[int]:
    steps = []
    while (parent := node.getparent()) is not None:
        steps.append(parent.index(node))
        node = parent
    return steps[::-1]


def _at(node: Node, steps: list[int]) -> Node:
    for step in steps:
        node = node[step]
    return node


def _remove(node: Node) -> None:
    """Take an element out and leave the text behind it, which lxml counts as its tail."""
    parent = node.getparent()
    if parent is None:
        return
    before = node.getprevious()
    if node.tail:
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    parent.remove(node)


def _filter(transform: Node, node: Node, algorithm: str) -> None:
    """The two filters that mean "everything but the signatures"."""
    expression = "".join(text_of(transform).split())
    step = transform.find(f"{{{FILTER2}}}XPath")
    not_signed = algorithm == XPATH and expression.startswith("not(ancestor-or-self::") and ":Signature)" in expression
    subtracted = algorithm == FILTER2 and step is not None and step.get("Filter") == "subtract"
    if not (not_signed or (subtracted and "Signature" in expression)):
        raise UnknownAlgorithm(expression[:100])
    for signature in list(node.iter(f"{{{DS}}}Signature")):
        _remove(signature)


def _inclusive_prefixes(method: Node | None) -> list[str] | None:
    if method is None:
        return None
    listed = method.find(f"{{{_EXCLUSIVE}}}InclusiveNamespaces")
    return None if listed is None else (listed.get("PrefixList") or "").split()


def _decoded(node: Node) -> bytes:
    try:
        return base64.b64decode(text_of(node))
    except binascii.Error as error:
        raise BadReference(str(error)) from error
