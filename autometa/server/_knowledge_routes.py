"""What is known: tasks, setups, runs, algorithms; and runs that join them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from autometa.server import _worker_side
from autometa.server._errors import ApiError
from autometa.server._models import (
    ERRORS,
    Added,
    AlgorithmList,
    NewRuns,
    RunPage,
    SetupPage,
    TaskPage,
    TaskType,
    Text,
)
from autometa.server._openapi import body_of
from autometa.server._uploads import checked

router = APIRouter(responses=ERRORS, tags=["knowledge"])
JSON = "application/json"
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=10**12, description="How many to leave out before.")]
Filter = Annotated[Text, Query()]


@router.get("/v1/tasks", response_model=TaskPage)
async def tasks(
    request: Request,
    task_type: TaskType | None = None,
    search: Annotated[Text, Query(description="A part of the name or id.")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """List the tasks that advice learnt from."""
    asked = {"task_type": task_type, "search": search, "limit": limit, "offset": offset}
    return await _listed(request, _worker_side.list_tasks, asked)


@router.get("/v1/setups", response_model=SetupPage)
async def setups(
    request: Request, algorithm: Filter = "", limit: Limit = 100, offset: Offset = 0
) -> Response:
    """List algorithms with their values that were run."""
    asked = {"algorithm": algorithm, "limit": limit, "offset": offset}
    return await _listed(request, _worker_side.list_setups, asked)


@router.get("/v1/knowledge", response_model=RunPage)
async def knowledge(
    request: Request,
    task_id: Filter = "",
    algorithm: Filter = "",
    metric: Filter = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """List runs: what a setup scored on a task, by task and metric, the best first."""
    asked = {"task_id": task_id, "algorithm": algorithm, "metric": metric}
    return await _listed(
        request, _worker_side.list_runs, {**asked, "limit": limit, "offset": offset}
    )


@router.get("/v1/algorithms", response_model=AlgorithmList)
async def algorithms(request: Request) -> Response:
    """List the algorithms that can be tuned, and on how many tasks each was run."""
    return await _listed(request, _worker_side.list_of_algorithms)


@router.post("/v1/runs", response_model=Added, openapi_extra=body_of({JSON: NewRuns}))
async def add_runs(request: Request) -> Response:
    """Add runs to what is known. Needs a token: whoever adds changes everybody's advice."""
    if not request.scope["autometa.caller"].has_token:
        raise ApiError(
            403,
            "TokenError",
            "Runs are added with a token only. Start the server with --token, and send it.",
        )
    asked = checked(NewRuns, await request.body())
    return await _listed(request, _worker_side.add_runs, asked.model_dump())


async def _listed(request: Request, function: Any, *arguments: Any) -> Response:
    content = await request.app.state.workers.ask(function, *arguments)
    return Response(content, media_type=JSON)
