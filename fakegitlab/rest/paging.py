"""Pages of a list: offset with `x-` headers and `Link`, or keyset with `Link` alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from fakegitlab.rest.call import Call
from fakegitlab.services.ordering import Order
from fakegitlab.services.refusal import Refusal

T = TypeVar("T")
MAX_PER_PAGE = 100
MAX_TOTAL = 10_000
MAX_OFFSET = 50_000


def as_json(data: Any, status: int = 200) -> Response:
    """A JSON answer."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        body = text.encode()
    except UnicodeEncodeError:  # half a character travels as an escape
        body = json.dumps(data).encode()
    return Response(body, status, content_type="application/json")


def page_size(call: Call) -> int:
    """`per_page`: 20 unless said, at most 100."""
    size = call.number("per_page")
    if size is not None and size < 1:
        raise Refusal(400, {"error": "per_page has a value not allowed"})
    return min(size or 20, MAX_PER_PAGE)


def url_with(call: Call, **changes: object) -> str:
    """The request's own URL with other paging parameters."""
    kept = [(key, value) for key, value in call.request.args.items(multi=True) if key not in changes]
    query = urlencode([*kept, *((key, str(value)) for key, value in changes.items())])
    raw = str(call.request.environ.get("REQUEST_URI", call.request.path)).partition("?")[0]
    return f"{call.request.host_url.rstrip('/')}{raw}?{query}"


def paginated(call: Call, things: Sequence[T], shape: Callable[[T], Any], deep: bool = False) -> Response:
    """One page of the list; `deep` marks endpoints that limit the offset."""
    page = call.number("page") or 1
    size = page_size(call)
    if page < 1:
        raise Refusal(400, {"error": "page has a value not allowed"})
    if deep and (page - 1) * size > MAX_OFFSET:
        text = (
            "Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Issue. "
        )
        raise Refusal(405, {"error": text + "Remaining records can be retrieved using keyset pagination."})
    start = (page - 1) * size
    answer = as_json([shape(thing) for thing in things[start : start + size]])
    _add_headers(call, answer, page, size, len(things))
    return answer


def _add_headers(call: Call, answer: Response, page: int, size: int, total: int) -> None:
    pages = max(1, -(-total // size))
    following = page + 1 if page < pages else None
    links = {"prev": page - 1 if page > 1 else None, "next": following, "first": 1}
    answer.headers["x-page"] = str(page)
    answer.headers["x-per-page"] = str(size)
    answer.headers["x-next-page"] = str(following or "")
    answer.headers["x-prev-page"] = str(links["prev"] or "")
    if total <= MAX_TOTAL:
        answer.headers["x-total"] = str(total)
        answer.headers["x-total-pages"] = str(pages)
        links["last"] = pages
    answer.headers["Link"] = ", ".join(
        f'<{url_with(call, page=number, per_page=size)}>; rel="{name}"' for name, number in links.items() if number
    )


def keyset(call: Call, ordered: Sequence[T], order: Order[T], shape: Callable[[T], Any]) -> Response:
    """The page after `cursor`; at the end no `Link`."""
    size = page_size(call)
    cursor = call.text("cursor")
    try:
        start = order.index_after(ordered, cursor) if cursor else 0
    except (ValueError, TypeError) as error:
        raise Refusal(400, {"error": "cursor is invalid"}) from error
    page = ordered[start : start + size]
    answer = as_json([shape(thing) for thing in page])
    if page and start + size < len(ordered):
        following = order.cursor(page[-1])
        answer.headers["Link"] = f'<{url_with(call, cursor=following, per_page=size)}>; rel="next"'
        answer.headers["X-NEXT-CURSOR"] = following
    return answer
