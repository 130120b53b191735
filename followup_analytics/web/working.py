"""The pages of work that takes long: how far it is, a way to stop it, and its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followup_analytics.web.setting import form_of, go, house_of, page, telling_faults
from followup_analytics.web.works import events

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@telling_faults
async def work(request: Request) -> Response:
    """How far a work is; once it is done, its result."""
    one = house_of(request).works.of(request.path_params["work"])
    if one.is_told_there:
        return go(one.then)
    return page(request, "work.html", title=one.title, work=one)


@telling_faults
async def heard(request: Request) -> Response:
    """The same as events, for a page that stays open."""
    from starlette.responses import StreamingResponse

    one = house_of(request).works.of(request.path_params["work"])
    return StreamingResponse(events(one), media_type="text/event-stream")


@telling_faults
async def stop(request: Request) -> Response:
    """Stop a work."""
    await form_of(request)
    one = house_of(request).works.stop(request.path_params["work"])
    return go(f"/job/{one.id}")
