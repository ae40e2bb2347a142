"""The metadata query: pages of what an invoice says, up to ten thousand for one set of filters."""

from apps.ksef_simulator.clock import stamp_or_none
from apps.ksef_simulator.reading.search import CAP, HWM_REFUSED, BeyondHwm, Search, metadata_of
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.errors import BadRequest
from apps.ksef_simulator.web.paging import offset_page_of


@answers("POST", "/invoices/query/metadata")
def query(call: Call) -> Reply:
    try:
        search = Search(call.system, call.principal.context, call.body, call.at)
    except BeyondHwm:
        raise BadRequest(21183, HWM_REFUSED) from None
    found = search.find(descending=call.parameters["sortOrder"] == "Desc")
    page, more = offset_page_of(call, found[:CAP])
    # Only the page that reaches the cap says so: until then the caller simply turns pages.
    truncated = len(found) > CAP and not more
    return json_reply(
        without_nulls(
            {
                "hasMore": more or truncated,
                "isTruncated": truncated,
                "permanentStorageHwmDate": stamp_or_none(search.hwm),
                "invoices": [metadata_of(each) for each in page],
            }
        )
    )
