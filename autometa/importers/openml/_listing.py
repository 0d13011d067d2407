"""Listings of OpenML, page by page: past the end is the end, not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError
from autometa.importers.openml import _xml
from autometa.importers.openml._cache import Answer
from autometa.importers.openml._client import TOO_MUCH, Client

NO_RESULTS = frozenset({111, 361, 362, 372, 482, 500, 512, 542, 674})
TOO_MANY = frozenset({673, 676})
TOO_HIGH = frozenset({516, 546})
TOO_LONG = frozenset({"400", "413", "414", "431"})

LESS = 10
SMALLEST_PAGE = 1_000
ROUND = 100
ELSE_IN_PATH = 200  # the words of a call, its limit and offset, and the user's key

Progress = Callable[[str, int, int | None], None]


class NotAnsweredError(Exception):
    """The server will not answer this kind of question."""

    def __init__(self, answer: Answer) -> None:
        number = f"code {answer.code}" if answer.code else f"HTTP status {answer.refused}"
        super().__init__(f"{answer.message} ({number})" if answer.code else number)
        self.code = answer.code


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One measure of one run, as listed."""

    run: int
    task: int
    setup: int
    flow: int
    flow_name: str
    data_id: int | None
    data_name: str
    uploader: str
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run, as listed; ``error`` is what it failed with, else ""."""

    run: int
    task: int
    setup: int
    flow: int
    flow_name: str
    uploader: str
    error: str


def read_evaluation(row: _xml.Row, _: Any = None) -> Evaluation | None:
    """Return a row of ``evaluation/list``, or None when it names no run, task and setup."""
    ids = _ids(row)
    if ids is None:
        return None
    return Evaluation(
        **ids,
        flow_name=row.get("flow_name", ""),
        data_id=_xml.integer(row.get("data_id")),
        data_name=row.get("data_name", ""),
        uploader=row.get("uploader", ""),
        value=_xml.number(row.get("value")),
    )


def read_run(row: _xml.Row, _: Any = None) -> Run | None:
    """Return a row of ``run/list``, or None when it names no run, task and setup."""
    ids = _ids(row)
    if ids is None:
        return None
    return Run(
        **ids,
        flow_name=row.get("flow_name", ""),
        uploader=row.get("uploader", ""),
        error=row.get("error_message", ""),
    )


def _ids(row: _xml.Row) -> dict[str, int] | None:
    """Return the numbers of run, task, setup and flow (0 where unknown); None if one is missing."""
    numbers = {name: _xml.integer(row.get(f"{name}_id")) for name in ("run", "task", "setup")}
    complete = {name: number for name, number in numbers.items() if number is not None}
    if len(complete) < len(numbers):
        return None
    return {**complete, "flow": _xml.integer(row.get("flow_id")) or 0}


def pages(
    client: Client,
    call: str,
    filters: str,
    root: str,
    limit: int | None = None,
) -> Iterator[tuple[list[tuple[_xml.Row, Any]], bool]]:
    """Yield the pages of a listing as rows, each with whether it is known to be the last.

    A server that takes too long for a page, or takes it for too large, is asked for a
    tenth of it from there on. A page that falls short is the last one, unless it has a
    round number of rows and no page had more: the server may have a limit of its own.

    Parameters
    ----------
    client : Client
    call : str
        What is listed, such as ``run/list``.
    filters : str
        What goes behind limit and offset, such as ``/task/1,2``.
    root : str
        Name of the list; its rows are called by the same name without the "s".
    limit : int or None
        Rows wanted at most.

    Raises
    ------
    NotAnsweredError
        If the server will not list this.
    """
    offset, size = 0, client.settings.page_size
    while limit is None or offset < limit:
        wanted = size if limit is None else min(size, limit - offset)
        path = f"{call}/limit/{wanted}/offset/{offset}{filters}"
        answer = client.ask(path, root, can_be_less=wanted > SMALLEST_PAGE)
        if answer.refused == TOO_MUCH:
            size = max(SMALLEST_PAGE, wanted // LESS)
            continue
        if answer.code in TOO_HIGH and wanted > LESS:
            size = wanted // LESS
            continue
        if answer.refused:
            if has_no_results(answer):
                return
            raise NotAnsweredError(answer)
        rows = list(_xml.rows(answer.body, root.removesuffix("s")))
        may_be_cut = len(rows) % ROUND == 0 and len(rows) >= max(1, client.largest_page)
        client.largest_page = max(client.largest_page, len(rows))
        is_last = len(rows) < wanted and not may_be_cut
        yield rows, is_last
        if is_last:
            return
        offset += len(rows)


def has_no_results(answer: Answer) -> bool:
    """Return whether the answer says that nothing fits the question."""
    return answer.code in NO_RESULTS or "no result" in answer.message.lower()


def room_for_ids(client: Client) -> int:
    """Return how many characters of a path may be ids."""
    path = urlsplit(client.server).path
    return max(16, client.settings.longest_path - len(path) - ELSE_IN_PATH)


def in_batches(
    client: Client,
    ids: Sequence[int],
    ask: Callable[[Sequence[int]], Answer],
    most: int,
) -> Iterator[tuple[Sequence[int], Answer]]:
    """Ask for many ids, as many at a time as a path holds and the server takes.

    A server that finds a request too long, or the result too large, is asked for
    halves.
    """
    waiting = list(chunks(ids, room_for_ids(client), most))
    while waiting:
        batch = waiting.pop(0)
        answer = ask(batch)
        is_too_much = answer.code in TOO_MANY or (not answer.code and answer.refused in TOO_LONG)
        if is_too_much and len(batch) > 1:
            half = len(batch) // 2
            waiting[:0] = [batch[:half], batch[half:]]
            continue
        yield batch, answer


def chunks(ids: Iterable[int], room: int, most: int | None = None) -> Iterator[list[int]]:
    """Yield the ids in groups whose comma-separated text fits into ``room`` characters.

    Examples
    --------
    >>> list(chunks([1, 22, 333, 4], room=6))
    [[1, 22], [333, 4]]
    """
    group: list[int] = []
    length = 0
    for one in ids:
        width = len(str(one)) + 1
        if group and (length + width > room + 1 or len(group) == most):
            yield group
            group, length = [], 0
        group.append(one)
        length += width
    if group:
        yield group


def joined(ids: Iterable[int]) -> str:
    """Return ids as OpenML's filters take them."""
    return ",".join(map(str, ids))


def study_content(client: Client, suite: str) -> dict[str, list[int]]:
    """Return the ids a suite or study holds, by ``task``, ``flow`` and ``run``.

    Raises
    ------
    KnowledgeBaseError
        If there is none.
    """
    answer = client.ask(f"study/{suite}", "study")
    if answer.refused:
        error = KnowledgeBaseError if answer.code else KnowledgeBaseSourceError
        raise error(
            f"OpenML must know the suite '{suite}'. Got {NotAnsweredError(answer)}. "
            "Its number or alias stands on https://www.openml.org/search?type=benchmark."
        )
    content: dict[str, list[int]] = {"task": [], "flow": [], "run": []}
    root = _xml.parse(answer.body)
    for kind in content:
        ids = [
            _xml.integer(element.text)
            for element in root.iter()
            if _xml.local(element.tag) == f"{kind}_id"
        ]
        content[kind] = sorted({one for one in ids if one is not None})
    entity = _xml.row(root).get("main_entity_type", "task")
    if entity.rstrip("s") == "run":
        content["study"] = [_xml.integer(_xml.row(root).get("id")) or 0]
    return content
