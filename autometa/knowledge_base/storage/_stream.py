"""Runs of many parts as one stream, sorted by task: no more of it is in memory than needed.

Parts are sorted by task, so the stream is a merge: it yields tasks once no piece
to come can hold a row of them. Runs that several parts hold are dropped there,
where all runs of a task are at hand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from autometa.knowledge_base._repeated import repeated
from autometa.knowledge_base._schema import RUN_KEY
from autometa.knowledge_base.storage._columns import codes_of, sorted_by_task
from autometa.knowledge_base.storage._opened import Part

BATCH_ROWS = 500_000


@dataclass(frozen=True)
class _Piece:
    """Rows of one part, sorted by task; ``place`` orders them among others of their task."""

    place: tuple[int, int]
    first: str
    last: str
    is_clean: bool
    content: Any

    def split(self, bound: str | None) -> tuple[_Piece | None, _Piece | None]:
        """Return the rows of tasks before ``bound``, and the others."""
        if bound is None or self.last < bound:
            return self, None
        if self.first >= bound:
            return None, self
        names, codes = codes_of(self.content["task_id"])
        n_before = int(np.array([name < bound for name in names], dtype=bool)[codes].sum())
        before = replace(self, content=self.content.slice(0, n_before))
        after = replace(self, first=bound, content=self.content.slice(n_before))
        return before if len(before.content) else None, after if len(after.content) else None


def batches(
    parts: Sequence[Part],
    columns: Sequence[str] | None = None,
    tasks: Collection[str] | None = None,
    rows: int = BATCH_ROWS,
) -> Iterator[Any]:
    """Yield runs as Arrow tables, sorted by task; a task's runs come all in one table.

    Rows of a task are in the order of the parts and of the rows in them. Of
    repeats the first is kept.

    Parameters
    ----------
    parts : sequence of Part
    columns : sequence of str, optional
        Read these, and what tells repeats apart. Default: all.
    tasks : collection of str, optional
        Only the runs of these.
    rows : int
        Tables have about that many rows, more where one task has more.
    """
    if columns is not None:
        key = RUN_KEY if _may_repeat(parts) else ["task_id"]
        columns = [*dict.fromkeys([*columns, *key])]
    chosen = None if tasks is None else sorted(set(tasks))
    todo = _todo(parts, chosen)
    waiting: list[_Piece] = []
    while todo or waiting:
        n_rows = sum(len(piece.content) for piece in waiting)
        while todo and n_rows < rows:
            waiting.append(_read(parts, todo.popleft(), columns, chosen))
            n_rows += len(waiting[-1].content)
        split = [piece.split(todo[0][0] if todo else None) for piece in waiting]
        ready = [before for before, _ in split if before is not None]
        waiting = [after for _, after in split if after is not None]
        if sum(len(piece.content) for piece in ready):
            yield _joined(ready)
        elif todo:  # all that is here belongs to tasks that more pieces tell of
            waiting.append(_read(parts, todo.popleft(), columns, chosen))


def _todo(parts: Sequence[Part], tasks: list[str] | None) -> deque[tuple[str, int, int]]:
    """Return first task, number of the part and of the span, of each span that is wanted."""
    return deque(
        sorted(
            (span.first, number, index)
            for number, part in enumerate(parts)
            for index, span in enumerate(part.spans)
            if tasks is None or _has_one(tasks, span.first, span.last)
        )
    )


def _may_repeat(parts: Sequence[Part]) -> bool:
    """Whether the same run can be in two places."""
    ends = [(part.spans[0].first, part.spans[-1].last) for part in parts if part.spans]
    ends.sort()
    meet = any(last >= first for (_, last), (first, _) in pairwise(ends))
    return meet or not all(part.is_clean for part in parts)


def _has_one(tasks: list[str], first: str, last: str) -> bool:
    place = bisect_left(tasks, first)
    return place < len(tasks) and tasks[place] <= last


def _read(
    parts: Sequence[Part],
    todo: tuple[str, int, int],
    columns: Sequence[str] | None,
    tasks: list[str] | None,
) -> _Piece:
    _, number, index = todo
    part = parts[number]
    content = part.read(index, columns)
    if tasks is not None:
        content = _of_tasks(content, tasks)
    if not part.is_clean:
        content = sorted_by_task(content)
    span = part.spans[index]
    return _Piece((number, index), span.first, span.last, part.is_clean, content)


def _of_tasks(content: Any, tasks: list[str]) -> Any:
    names, codes = codes_of(content["task_id"])
    wanted = set(tasks)
    return content.filter(np.array([name in wanted for name in names], dtype=bool)[codes])


def _joined(pieces: list[_Piece]) -> Any:
    """Return pieces as one table, sorted by task; of repeats the first is kept."""
    import pyarrow as pa

    pieces = sorted(pieces, key=lambda piece: piece.place)
    content = pa.concat_tables([piece.content for piece in pieces], promote_options="default")
    content = content.unify_dictionaries()
    numbers = np.repeat(
        [piece.place[0] for piece in pieces], [len(piece.content) for piece in pieces]
    )
    is_clean = all(piece.is_clean for piece in pieces)
    if is_clean and numbers[0] == numbers[-1]:
        return content
    suspects = _in_several(content, numbers) if is_clean else np.arange(len(content))
    if len(suspects):
        again = suspects[repeated(content.take(suspects))]
        kept = np.ones(len(content), dtype=bool)
        kept[again] = False
        content = content.filter(kept) if len(again) else content
    return sorted_by_task(content)


def _in_several(content: Any, numbers: Any) -> Any:
    """Return the places of rows whose task has rows of several parts."""
    names, codes = codes_of(content["task_id"])
    lowest = np.full(len(names), numbers.max())
    highest = np.zeros(len(names), dtype=numbers.dtype)
    np.minimum.at(lowest, codes, numbers)
    np.maximum.at(highest, codes, numbers)
    return np.flatnonzero((lowest < highest)[codes])
