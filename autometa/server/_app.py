"""create_app(): the routes, the gate before them, and what lives as long as the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

import autometa
from autometa.server import _advice_routes, _knowledge_routes, _page_routes, _study_routes
from autometa.server._errors import ApiError, internal
from autometa.server._events import Hub
from autometa.server._guard import App, Guard
from autometa.server._jobs import Jobs
from autometa.server._metrics import KIND, Metrics
from autometa.server._models import ERRORS, Health
from autometa.server._runner import Runner
from autometa.server._settings import Settings
from autometa.server._uploads import in_words
from autometa.server._workers import Workers

ABOUT = "Which algorithms and hyperparameters to try on a table, and searches that start there."


class Service(Guard):
    """The whole: the gate, the routes behind it, and the streams that it has open."""

    def __init__(self, app: App, settings: Settings, metrics: Metrics, hub: Hub) -> None:
        super().__init__(app, settings, metrics)
        self.hub = hub


def create_app(settings: Settings) -> Service:
    """Return the service as an ASGI application.

    Parameters
    ----------
    settings : Settings

    Examples
    --------
    >>> app = create_app(Settings(database="sqlite://"))
    """
    metrics = Metrics()
    api = FastAPI(
        title="autometa",
        version=autometa.__version__,
        description=ABOUT,
        lifespan=_lifespan,
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
    )
    api.state.settings = settings
    api.state.workers = Workers(settings)
    api.state.jobs = Jobs(settings)
    api.state.hub = Hub(api.state.jobs)
    api.state.runner = Runner(settings)
    api.state.metrics = metrics
    for error, handler in ANSWERS.items():
        api.add_exception_handler(error, handler)
    for module in (_advice_routes, _knowledge_routes, _study_routes, _page_routes):
        api.include_router(module.router)
    api.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    api.add_api_route("/health", health, response_model=Health, tags=["server"])
    api.add_api_route("/metrics", read_metrics, tags=["server"], responses=ERRORS)
    workers = api.state.workers
    metrics.gauge(
        "autometa_waiting", "Requests that wait for a worker.", lambda: {"": workers.n_waiting}
    )
    metrics.gauge("autometa_studies", "Searches by state.", api.state.jobs.counts)
    hub = api.state.hub
    metrics.gauge("autometa_watchers", "Open event streams.", lambda: {"": hub.n_watchers})
    return Service(api, settings, metrics, api.state.hub)


@asynccontextmanager
async def _lifespan(api: FastAPI) -> AsyncIterator[None]:
    api.state.workers.start()
    api.state.runner.start()
    try:
        yield
    finally:
        api.state.runner.close()
        api.state.workers.close()


async def health() -> Any:
    """Say that the server answers."""
    return {"status": "ok", "version": autometa.__version__}


async def read_metrics(request: Request) -> PlainTextResponse:
    """Return counters for Prometheus."""
    return PlainTextResponse(request.app.state.metrics.text(), headers={"content-type": KIND})


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    is_page = not request.url.path.startswith("/v1/")
    if is_page and "text/html" in request.headers.get("accept", ""):
        return _page_routes.render("error.html", "", status=error.status, message=error.message)
    return JSONResponse(error.content, error.status, error.headers)


async def _refuse_values(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return JSONResponse(ApiError(422, "ParameterError", in_words(error.errors())).content, 422)


async def _refuse_request(_: Request, error: Exception) -> Response:
    """Answer for what the router refuses: unknown paths, methods that a path does not take."""
    assert isinstance(error, HTTPException)
    content = ApiError(error.status_code, "RequestError", f"{error.detail}.").content
    return JSONResponse(content, error.status_code, error.headers)


async def _fail(_: Request, __: Exception) -> Response:
    return JSONResponse(internal().content, 500)


ANSWERS: dict[type[Exception], Any] = {
    ApiError: _refuse,
    RequestValidationError: _refuse_values,
    HTTPException: _refuse_request,
    Exception: _fail,  # the gate logs where
}
