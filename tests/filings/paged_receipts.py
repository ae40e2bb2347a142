"""A stand-in at the HTTP edge that hands out the receipt of a batch in pages, as KSeF does with a large one."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from apps.ksef_client.transport import Request, RequestsTransport, Response

_DOCUMENT = re.compile(rb"<Dokument>.*?</Dokument>", re.S)
_SEND = RequestsTransport.send


@dataclass
class Pages:
    """Splits each collective receipt into pages; some may be hidden, spoilt or exchanged."""

    size: int
    hidden: set[int] = field(default_factory=set)
    spoil: dict[int, Callable[[bytes], bytes]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)  # a page that is answered with this HTTP status
    fetched: list[int] = field(default_factory=list)

    def send(self, transport: RequestsTransport, request: Request) -> Response:
        """One exchange."""
        page = _page_of(request.url)
        if page is not None:
            return self._page(transport, request, page)
        answer = _SEND(transport, request)
        is_status = request.method == "GET" and "-SB-" in request.url.rsplit("/", 1)[-1]
        return self._listed(answer) if is_status and answer.status == 200 else answer

    def _listed(self, answer: Response) -> Response:
        told = json.loads(answer.body)
        if not told.get("upo"):
            return answer
        (whole,) = told["upo"]["pages"]
        count = -(-told["successfulInvoiceCount"] // self.size)
        told["upo"]["pages"] = [
            whole
            | {
                "referenceNumber": f"{whole['referenceNumber']}.{number}",
                "downloadUrl": f"{whole['downloadUrl']}{'&' if '?' in whole['downloadUrl'] else '?'}page={number}",
            }
            for number in range(1, count + 1)
            if number not in self.hidden
        ]
        return Response(200, answer.headers, json.dumps(told).encode())

    def _page(self, transport: RequestsTransport, request: Request, page: int) -> Response:
        self.fetched.append(page)
        if page in self.statuses:
            return Response(self.statuses[page], {}, b"")
        answer = _SEND(transport, replace(request, url=_without_page(request.url)))
        if answer.status != 200:
            return answer
        documents = _DOCUMENT.findall(answer.body)
        first = (page - 1) * self.size
        shown = documents[first : first + self.size]
        head, tail = answer.body.split(b"<Dokument>", 1)[0], answer.body.rsplit(b"</Dokument>", 1)[1]
        pages = -(-len(documents) // self.size)
        head = re.sub(
            rb"<Strona>1</Strona><LiczbaStron>1<", b"<Strona>%d</Strona><LiczbaStron>%d<" % (page, pages), head
        )
        body = head + b"".join(shown) + tail
        return Response(200, {"Content-Type": "application/xml"}, self.spoil.get(page, bytes)(body))


def _page_of(url: str) -> int | None:
    asked = parse_qs(urlsplit(url).query).get("page")
    by_reference = re.search(r"/upo/[^/?]+\.(\d+)$", url)
    return int(asked[0]) if asked else int(by_reference[1]) if by_reference else None


def _without_page(url: str) -> str:
    return re.sub(r"(/upo/[^/?]+)\.\d+$", r"\1", re.sub(r"[?&]page=\d+$", "", url))
