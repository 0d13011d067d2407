"""Searches: begun, watched, cancelled, and what they left."""

from __future__ import annotations

from typing import Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from autometa.server._errors import ApiError
from autometa.server._events import EventStream
from autometa.server._models import ERRORS, ErrorAnswer, StudyAnswer, StudyFields, StudyList
from autometa.server._openapi import body_of, form_of
from autometa.server._sniffing import HEAD, kind_of
from autometa.server._uploads import fields_of, file_of, label_of, read_form

MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "There is none of that name for this client."},
    409: {"model": ErrorAnswer, "description": "Not while it runs."},
}
router = APIRouter(responses={**ERRORS, **MISSING}, tags=["studies"])
FileName = Literal["leaderboard.json", "pipeline.skops", "code.py", "report.html"]
KINDS = {
    "leaderboard.json": "application/json",
    "pipeline.skops": "application/octet-stream",
    "code.py": "text/x-python; charset=utf-8",
    "report.html": "text/html; charset=utf-8",
}


@router.post(
    "/v1/studies",
    response_model=StudyAnswer,
    status_code=201,
    openapi_extra=body_of(form_of(StudyFields)),
)
async def begin(request: Request) -> Any:
    """Begin a search on a table: it waits for its turn, then runs for its budget."""
    return await study_of_form(request)


async def study_of_form(request: Request) -> dict[str, Any]:
    """Queue the search that a form asks for; return it."""
    form = await read_form(request)
    try:
        asked = fields_of(form, StudyFields)
        limits = request.app.state.settings.limits
        check_budget(asked, limits)
        file = file_of(form)
        content = await file.read()
        kind_of(content[:HEAD])  # refused before it waits
        owner, jobs = owner_of(request), request.app.state.jobs
        values = asked.model_dump()
        identifier = await anyio.to_thread.run_sync(
            jobs.add, owner, label_of(file), values, content
        )
        found: dict[str, Any] = await anyio.to_thread.run_sync(jobs.of, owner, identifier)
        return found
    finally:
        await form.close()


def check_budget(asked: StudyFields, limits: Any) -> None:
    """Refuse a search that is longer than this server allows."""
    if asked.time_budget > limits.study_seconds:
        raise ApiError(
            422, "LimitError", f"A search may take {limits.study_seconds:g} s here. Ask for less."
        )
    if asked.n_trials is not None and asked.n_trials > limits.study_trials:
        raise ApiError(
            422,
            "LimitError",
            f"A search may have {limits.study_trials} trials here. Ask for fewer.",
        )


@router.get("/v1/studies", response_model=StudyList)
async def studies(request: Request) -> Any:
    """List the searches of this client, the newest first."""
    jobs = request.app.state.jobs
    return {"studies": await anyio.to_thread.run_sync(jobs.all_of, owner_of(request))}


@router.get("/v1/studies/{study_id}", response_model=StudyAnswer)
async def study(request: Request, study_id: str) -> Any:
    """Return a search: its state, and its result when it is done."""
    return await anyio.to_thread.run_sync(request.app.state.jobs.of, owner_of(request), study_id)


@router.post("/v1/studies/{study_id}/cancel", response_model=StudyAnswer)
async def cancel(request: Request, study_id: str) -> Any:
    """End a search within a second or so; one that has ended stays as it is."""
    jobs, owner = request.app.state.jobs, owner_of(request)
    await anyio.to_thread.run_sync(jobs.cancel, owner, study_id)
    return await anyio.to_thread.run_sync(jobs.of, owner, study_id)


@router.delete("/v1/studies/{study_id}", status_code=204)
async def remove(request: Request, study_id: str) -> Response:
    """Forget a search that has ended, with its files."""
    await anyio.to_thread.run_sync(request.app.state.jobs.remove, owner_of(request), study_id)
    return Response(status_code=204)


@router.get(
    "/v1/studies/{study_id}/events",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_class=Response,
)
async def events(request: Request, study_id: str) -> Any:
    """Watch a search: events "stage", "trial" and, last, "end"; Last-Event-ID goes on after one."""
    jobs = request.app.state.jobs
    await anyio.to_thread.run_sync(jobs.of, owner_of(request), study_id)
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isdecimal() and len(last) < 10 else 0
    return EventStream(request.app.state.hub.watch(study_id, after))


@router.get(
    "/v1/studies/{study_id}/files/{name}",
    responses={200: {"content": {kind: {} for kind in KINDS.values()}}},
    response_class=Response,
)
async def file(request: Request, study_id: str, name: FileName) -> Response:
    """Return what a search left."""
    jobs = request.app.state.jobs
    content = await anyio.to_thread.run_sync(jobs.file, owner_of(request), study_id, name)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=KINDS[name], headers=headers)


def owner_of(request: Request) -> str:
    """Return who asks."""
    owner: str = request.scope["autometa.caller"].owner
    return owner
