"""The page for people: plain forms and links, rendered here; a script adds what moves."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

import autometa
from autometa.server import _worker_side
from autometa.server._advice_routes import advice_of_form
from autometa.server._identity import cookie_for, cookie_header
from autometa.server._study_routes import owner_of, study_of_form
from autometa.server._uploads import read_form

router = APIRouter(include_in_schema=False)
PAGE_TASKS = 50
# The ones that most tables are scored by; all others are for programs.
METRICS = (
    *("roc_auc", "accuracy", "balanced_accuracy", "f1", "average_precision", "neg_log_loss"),
    *("r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"),
)
SEE_OTHER = 303
NONE = "\u2013"  # a dash: there is no such number


@router.get("/")
async def home(request: Request) -> Response:
    """Show the form."""
    limits = request.app.state.settings.limits
    return render("home.html", "/", metrics=METRICS, max_seconds=int(limits.study_seconds))


@router.post("/advice")
async def advice(request: Request) -> Response:
    """Show the advice for a table."""
    content = json.loads(await advice_of_form(request, reasons=1))
    add_bars(content["recommendations"])
    return render("advice.html", "/", advice=content)


@router.post("/searches")
async def begin(request: Request) -> Response:
    """Begin a search and lead to its page."""
    study = await study_of_form(request)
    return RedirectResponse(f"/searches/{study['id']}", SEE_OTHER)


@router.get("/searches")
async def searches(request: Request) -> Response:
    """List the searches of this browser."""
    jobs = request.app.state.jobs
    listed = await anyio.to_thread.run_sync(jobs.all_of, owner_of(request))
    return render("searches.html", "/searches", studies=listed)


@router.get("/searches/{study_id}")
async def search(request: Request, study_id: str) -> Response:
    """Show a search: as it runs, or what came of it."""
    jobs = request.app.state.jobs
    study = await anyio.to_thread.run_sync(jobs.of, owner_of(request), study_id)
    return render("search.html", "/searches", study=study)


@router.post("/searches/{study_id}/cancel")
async def cancel(request: Request, study_id: str) -> Response:
    """End a search."""
    jobs = request.app.state.jobs
    await anyio.to_thread.run_sync(jobs.cancel, owner_of(request), study_id)
    return RedirectResponse(f"/searches/{study_id}", SEE_OTHER)


@router.get("/tasks")
async def tasks(
    request: Request, search: str = "", task_type: str = "", offset: int = 0
) -> Response:
    """Browse what advice learnt from."""
    asked = {"search": search, "task_type": task_type}
    content = await request.app.state.workers.ask(
        _worker_side.list_tasks, {**asked, "offset": max(0, offset), "limit": PAGE_TASKS}
    )
    page = json.loads(content)
    before = urlencode({**asked, "offset": max(0, page["offset"] - PAGE_TASKS)})
    after = urlencode({**asked, "offset": page["offset"] + PAGE_TASKS})
    return render(
        "tasks.html", "/tasks", page=page, before=before, after=after, search=search,
        task_type=task_type,
    )  # fmt: skip


@router.get("/task")
async def task(request: Request, task_id: str) -> Response:
    """Show a task among those that are like it."""
    content = await request.app.state.workers.ask(_worker_side.look_around, task_id)
    return render("task.html", "/tasks", **json.loads(content))


@router.get("/algorithms")
async def algorithms(request: Request) -> Response:
    """Browse the algorithms."""
    content = json.loads(await request.app.state.workers.ask(_worker_side.list_of_algorithms))
    return render("algorithms.html", "/algorithms", **content)


@router.get("/login")
async def login() -> Response:
    """Ask for the token."""
    return render("login.html", "/login", is_wrong=False)


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Give the browser a cookie for the right token."""
    form = await read_form(request)
    cookie = cookie_for(str(form.get("token", "")).strip(), request.app.state.settings.tokens)
    if cookie is None:
        return render("login.html", "/login", status=401, is_wrong=True)
    answer = RedirectResponse("/", SEE_OTHER)
    is_secure = request.url.scheme == "https"
    answer.headers["set-cookie"] = cookie_header(cookie, is_secure=is_secure)
    return answer


def render(template: str, here: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page; ``here`` is marked in its navigation."""
    page = PAGES.get_template(template)
    return HTMLResponse(page.render(here=here, version=autometa.__version__, **values), status)


def add_bars(recommendations: list[dict[str, Any]]) -> None:
    """Give each setup the place of its interval on a scale that all share, of 0 to 100."""
    ends = [end for one in recommendations for end in one["score_interval"] if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    for one in recommendations:
        one["bar"] = None
        left, right = one["score_interval"]
        if high <= low or None in (left, right, one["expected_score"]):
            continue
        scaled = [100 * (x - low) / (high - low) for x in (left, right, one["expected_score"])]
        width = max(scaled[1] - scaled[0], 0.5)
        one["bar"] = {
            name: round(value, 2)
            for name, value in (("low", scaled[0]), ("width", width), ("at", scaled[2] - 0.6))
        }


def _number(value: float | None) -> str:
    """Return a number as people read it; a dash for none."""
    return NONE if value is None or math.isnan(value) else f"{value:.4g}"


def _count(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def _bytes(value: int) -> str:
    return f"{value / 2**20:.1f} MiB" if value >= 2**20 else f"{max(1, value // 1024)} KiB"


PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,  # everything: names of columns, tables and files are a client's
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)
PAGES.filters |= {"number": _number, "count": _count, "bytes": _bytes}
