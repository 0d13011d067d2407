"""What worker processes do: read tables, advise, look things up. Runs there, not in the server.

Answers are JSON text, so that the server passes them on as they are. What a user can mend is
an answer too: a `Refusal`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autometa._common.json_numbers import finite_or_none
from autometa.exceptions import AutoMetaError
from autometa.server._settings import Limits

if TYPE_CHECKING:
    import pandas as pd

    from autometa.knowledge_base import KnowledgeBase
    from autometa.plotting._style import Theme
    from autometa.tables import NamedTable


N_AROUND = 5  # tasks like one that is looked at: as many as the graph has edges to
THEMES: tuple[Theme, ...] = ("light", "dark")


class LimitError(AutoMetaError, ValueError):
    """A table is larger than the server takes."""


@dataclass(frozen=True)
class Refusal:
    """Why a request was not answered, for whoever sent it."""

    kind: str
    message: str


@dataclass
class State:
    """What a worker keeps between calls.

    Attributes
    ----------
    knowledge_base : str or None
        Its name; None is the default one.
    limits : Limits
    """

    knowledge_base: str | None
    limits: Limits
    _opened: tuple[Any, KnowledgeBase] | None = field(default=None, repr=False)
    lists: dict[Any, Any] = field(default_factory=dict, repr=False)

    def base(self) -> KnowledgeBase:
        """Return the knowledge base as it is now: read again only when it has changed."""
        from autometa.knowledge_base import base_of, fingerprint_of, folders_named, open_named

        if self.knowledge_base is None:
            return base_of(None)
        names = self.knowledge_base.split(",")
        prints = tuple(fingerprint_of(folder) for folder in folders_named(names))
        if self._opened is None or self._opened[0] != prints:
            self._opened = (prints, open_named(names))
        return self._opened[1]

    def given(self) -> KnowledgeBase | None:
        """Return what `recommend` takes: of the default one it keeps what it learnt itself."""
        return None if self.knowledge_base is None else self.base()


def open_state(knowledge_base: str | None, limits: Limits) -> State:
    """Return a state whose first answer takes no longer than the later ones."""
    from autometa.meta_models import meta_model_of

    state = State(knowledge_base, limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta_model_of(state.base())
    return state


def answer(state: State, question: Callable[..., Any], *arguments: Any) -> str | Refusal:
    """Return what a question of this module's answers, as JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the answer say what the client should know
        try:
            return json.dumps(_plain(question(state, *arguments)), allow_nan=False)
        except AutoMetaError as error:
            return Refusal(type(error).__name__, str(error))


def advise_on_metafeatures(state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Return advice for a table that stays where it is."""
    from autometa.advice import recommend

    n_reasons = request.pop("reasons")
    return _advice_content(recommend(knowledge_base=state.given(), **request), n_reasons)


def advise_on_table(state: State, path: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return advice for an uploaded table, and its size."""
    from autometa.advice import recommend

    table = read_upload(Path(path), request.pop("name"), request.pop("target"), state.limits)
    n_reasons = request.pop("reasons")
    advice = recommend(table.X, table.y, knowledge_base=state.given(), **request)
    content = _advice_content(advice, n_reasons)
    content["task"] |= {
        "name": table.name,
        "target": table.target,
        "n_rows": len(table.X),
        "n_columns": table.X.shape[1],
    }
    return content


def read_upload(path: Path, name: str, target: str | None, limits: Limits) -> NamedTable:
    """Return an uploaded table and its target, by the limits of this server.

    Raises
    ------
    DatasetError
        If it cannot be read; the message does not say where the server keeps it.
    LimitError
        If it is too large.
    """
    from autometa.datasets import named_table

    try:
        table = named_table(path, target, name=name)
    except AutoMetaError as error:
        said = str(error).replace(f"{path.parent}/", "").replace(str(path), path.name)
        raise type(error)(said) from None
    n_rows, n_columns = len(table.X), table.X.shape[1] + 1
    for what, n, most in (("rows", n_rows, limits.rows), ("columns", n_columns, limits.columns)):
        if n > most:
            raise LimitError(
                f"A table may have {most:,} {what} here. Got {n:,}; send a sample, or ask for "
                "advice by its meta-features."
            )
    return table


def _advice_content(advice: Any, n_reasons: int) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": 1, **advice.to_dict()}
    for one, entry in zip(advice[:n_reasons], content["recommendations"], strict=False):
        entry["reasons"] = one.explain().to_dict()
    content["knowledge_base"].pop("path", None)  # where things lie here is nobody's business
    return content


def list_tasks(state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Return tasks of the knowledge base, a page of them."""
    from autometa.knowledge_base.maintenance import task_list

    frame = _listed(state, "tasks", lambda kb: task_list(kb, kb.runs))
    if request["task_type"]:
        frame = frame[frame["task_type"] == request["task_type"]]
    if request["search"]:
        texts = frame["name"].astype(str) + "\n" + frame["task_id"].astype(str)
        frame = frame[texts.str.contains(request["search"], case=False, regex=False)]
    return _page(frame, "tasks", request)


def look_around(state: State, task_id: str) -> dict[str, Any]:
    """Return a task, those most like it with who is best on them, and pictures of that.

    Without Matplotlib (extra ``report``) there are no pictures.
    """
    import base64
    from importlib.util import find_spec

    from autometa.exceptions import ParameterError
    from autometa.graph._neighbourhood import neighbourhood
    from autometa.plotting import NeighbourhoodDisplay

    kb = state.base()
    tasks = kb.tasks.set_index("task_id", drop=False)
    if task_id not in tasks.index:
        raise ParameterError("The knowledge base has no task of that name.")
    found = neighbourhood(kb, task_id, N_AROUND)
    around = [
        {
            **tasks.loc[one, ["task_id", "name", "task_type", "n_rows"]].to_dict(),
            "distance": distance,
            "best": found.best[one],
            "family": found.families.get(one),
        }
        for one, distance in {task_id: 0.0, **found.distances}.items()
    ]
    pictures = {}
    if find_spec("matplotlib") is not None:
        display = NeighbourhoodDisplay.from_neighbourhood(found)
        pictures = {
            theme: base64.b64encode(display.to_png(theme=theme)).decode() for theme in THEMES
        }
    return {"tasks": around, "pictures": pictures}


def list_setups(state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Return setups of the knowledge base, a page of them."""
    from autometa.knowledge_base.maintenance import setup_list

    frame = _listed(state, "setups", lambda kb: setup_list(kb.runs))
    if request["algorithm"]:
        frame = frame[frame["algorithm"] == request["algorithm"]]
    return _page(frame, "setups", request)


def list_runs(state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Return runs of the knowledge base, a page of them."""
    from autometa.knowledge_base.maintenance import run_list

    frame = state.base().runs
    for column in ("task_id", "algorithm", "metric"):
        if request[column]:
            frame = frame[frame[column] == request[column]]
    return _page(run_list(frame), "runs", request)


def list_of_algorithms(state: State) -> dict[str, Any]:
    """Return the algorithms that can be tuned, with what is known of each."""
    from autometa.algorithms import list_algorithms

    known = _listed(
        state,
        "algorithms",
        lambda kb: kb.runs.groupby("algorithm", observed=True).agg(
            n_tasks=("task_id", "nunique"), n_setups=("config", "nunique")
        ),
    )
    frame = list_algorithms().set_index("name").drop(columns="n_setups").join(known)
    return {"algorithms": _rows(frame.reset_index())}


def facts(state: State) -> dict[str, Any]:
    """Return what the knowledge base holds, in counts."""
    info = state.base().info()
    names = ("fingerprint", "n_tasks", "n_families", "n_setups", "n_runs", "task_types")
    return {name: info[name] for name in (*names, "algorithms", "metrics")}


def add_runs(state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Add runs to the knowledge base that advice learns from, or to the user's own."""
    from dataclasses import asdict

    import pandas as pd

    from autometa.knowledge_base import KnowledgeBase, add_to, folders_named

    metafeatures = request["metafeatures"]
    runs = KnowledgeBase.from_frames(
        pd.DataFrame(request["tasks"]),
        pd.DataFrame.from_dict(metafeatures, orient="index") if metafeatures else None,
        pd.DataFrame(request["runs"]),
    )
    # the first layer is the one that counts, and the one that grows
    folder = folders_named([(state.knowledge_base or "kb:own").split(",")[0]])[0]
    return asdict(add_to(folder, runs, "server", request["label"]))


def _listed(state: State, what: str, make: Callable[[KnowledgeBase], pd.DataFrame]) -> Any:
    """Return a list that takes long to make; it is kept until the knowledge base changes."""
    kb = state.base()
    kept = state.lists.get(what)
    if kept is None or kept[0] is not kb:
        state.lists[what] = kept = (kb, make(kb))
    return kept[1]


def _page(frame: pd.DataFrame, name: str, request: dict[str, Any]) -> dict[str, Any]:
    begin, n = request["offset"], request["limit"]
    return {
        "total": len(frame),
        "offset": begin,
        "limit": n,
        name: _rows(frame.iloc[begin : begin + n]),
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    for row in rows:
        if isinstance(row.get("config"), str):
            row["config"] = json.loads(row["config"])
    return [{str(name): value for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Return a value as JSON can have it: NumPy's numbers as Python's, NaN as null."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    return finite_or_none(value) if isinstance(value, float) else value
