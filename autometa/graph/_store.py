"""The graph for rdflib: numbers in three orders, and a term for those that a query touches.

rdflib's own store in memory takes half a kilobyte a triple. This one takes 36 bytes, and what is
written cannot be changed: there is no way to add to it or to remove from it.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rdflib import Literal, URIRef
from rdflib.store import Store

from autometa._common.arrays import Integers
from autometa.exceptions import BudgetError, KnowledgeBaseError
from autometa.graph._terms import Block, parts_of, text

Triple = tuple[Any, Any, Any]
# Which columns sort the rows when the first of them is given: subject, predicate, object.
_ORDERS = {0: (0, 1, 2), 1: (1, 2, 0), 2: (2, 0, 1)}
_BETWEEN_LOOKS = 2_000  # triples between two looks at the clock, a few milliseconds of evaluation


class CompactStore(Store):
    """A store that is filled once.

    Attributes
    ----------
    deadline : float or None
        Of ``time.monotonic()``; reading later raises a `BudgetError`.
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        super().__init__()
        self.deadline: float | None = None
        self._spaces: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._n_read = 0
        rows = self._rows(blocks)
        self._sorted = {first: _sorted_by(rows, order) for first, order in _ORDERS.items()}
        self._names = list(self._numbers)
        self._terms: list[Any] = [None] * len(self._names)

    def _rows(self, blocks: Iterable[Block]) -> Integers:
        numbers, rows = self._numbers, array("i")
        for subject, pairs in blocks:
            s = numbers.setdefault(subject, len(numbers))
            for predicate, value in pairs:
                rows.append(s)
                rows.append(numbers.setdefault(predicate, len(numbers)))
                rows.append(numbers.setdefault(value, len(numbers)))
        return np.unique(np.frombuffer(rows, dtype=np.int32).reshape(-1, 3), axis=0)

    def __len__(self, context: Any = None) -> int:
        return len(self._sorted[0][0])

    def triples(
        self, triple_pattern: Triple, context: Any = None
    ) -> Iterator[tuple[Triple, Iterator[Any]]]:
        """Yield the triples that fit a pattern, None standing for any term."""
        wanted = [None if one is None else self._number(one) for one in triple_pattern]
        if -1 in wanted:
            return
        found = (column.tolist() for column in self._matching(wanted))
        for s, p, o in zip(*found, strict=True):
            self._n_read += 1
            if self._n_read % _BETWEEN_LOOKS == 0:
                self._look_at_the_clock()
            yield (self._term(s), self._term(p), self._term(o)), iter(())

    def count(self, pattern: list[Any]) -> int:
        """Return how many triples fit a pattern."""
        wanted = [None if one is None else self._number(one) for one in pattern]
        return 0 if -1 in wanted else len(self._matching(wanted)[0])

    def n_different(self, pattern: list[Any], column: int) -> int:
        """Return how many different terms stand in a column of the triples that fit."""
        wanted = [None if one is None else self._number(one) for one in pattern]
        return 0 if -1 in wanted else len(np.unique(self._matching(wanted)[column]))

    def _matching(self, wanted: list[int | None]) -> tuple[Integers, ...]:
        """Return subject, predicate and object of the triples that fit, as numbers."""
        first = _first_of(wanted)
        columns = self._sorted[first]
        low, high = 0, len(columns[0])
        for column in _ORDERS[first]:
            sought = wanted[column]
            if sought is None:
                break
            # keys of the column's own type: others would have all of it copied for each look
            keys = np.array([sought, sought + 1], dtype=np.int32)
            start, end = np.searchsorted(columns[column][low:high], keys).tolist()
            low, high = low + start, low + end
        return tuple(column[low:high] for column in columns)

    def _look_at_the_clock(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise BudgetError(
                "The query took longer than it may. Ask for less, or give it more seconds "
                "('--time-budget')."
            )

    def _number(self, one: Any) -> int:
        """Return the number of a term, -1 for one that the graph does not have."""
        return self._numbers.get(_written(one), -1)

    def _term(self, number: int) -> Any:
        if self._terms[number] is None:
            self._terms[number] = _read(self._names[number])
        return self._terms[number]

    def add(self, *_: Any, **__: Any) -> None:
        """Refuse: the graph is what the knowledge base says."""
        raise KnowledgeBaseError("The graph of a knowledge base is only read. Add runs instead.")

    addN = remove = add  # noqa: N815  # rdflib's names

    def bind(self, prefix: str, namespace: Any, override: bool = True) -> None:
        """Note a prefix."""
        self._spaces[prefix] = namespace

    def namespace(self, prefix: str) -> Any:
        """Return what a prefix stands for."""
        return self._spaces.get(prefix)

    def prefix(self, namespace: Any) -> str | None:
        """Return the prefix of a namespace."""
        return next((p for p, space in self._spaces.items() if space == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, Any]]:
        """Yield the prefixes."""
        yield from self._spaces.items()


def _first_of(wanted: list[int | None]) -> int:
    """Return the column to begin with, so that all that is given can be looked up."""
    given = [column for column in (0, 1, 2) if wanted[column] is not None]
    if given == [0, 2]:
        return 2  # by object, then by subject
    return given[0] if given else 0


def _sorted_by(rows: Integers, order: tuple[int, int, int]) -> tuple[Integers, ...]:
    """Return the three columns, each in one piece, in the order of those that come first."""
    places = np.lexsort([rows[:, column] for column in reversed(order)])
    return tuple(np.ascontiguousarray(rows[places, column]) for column in (0, 1, 2))


def _read(written: str) -> Any:
    if written[0] == "<":
        return URIRef(written[1:-1])
    value, datatype = parts_of(written)
    # normalised, infinity would become "inf", which is no double
    return Literal(value, datatype=URIRef(datatype) if datatype else None, normalize=False)


def _written(one: Any) -> str:
    if not isinstance(one, Literal):
        return f"<{one}>"
    kind = "" if one.datatype is None else str(one.datatype)
    if kind in ("", "http://www.w3.org/2001/XMLSchema#string"):
        return text(str(one))
    return f'"{one}"^^<{kind}>'
