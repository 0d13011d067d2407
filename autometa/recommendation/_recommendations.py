"""Recommendations: the ordered list of candidates, and the facts that hold for all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, overload

from autometa._common.markup import escaped, html_list, html_table, notebook_block, scrolling
from autometa._common.out_of_range import OutOfRange, outside_in_words
from autometa._common.readable import readable
from autometa.exceptions import ParameterError
from autometa.explanation import Neighbor
from autometa.recommendation._recommendation import Recommendation

if TYPE_CHECKING:
    import pandas as pd

    from autometa.tables import Task

ORDERS = {
    "portfolio": "To try in this order; each is chosen for what it adds to those before it.",
    "single": "By what is expected of each alone, the best first.",
    "seconds": "The setups of the portfolio, the quickest to fit first.",
}
COLUMNS = (
    *("rank", "algorithm", "role", "metric", "expected_score", "score_low", "score_high"),
    *("expected_fit_seconds", "expected_predict_ms", "probability_best", "config", "setup_id"),
)

NUMBERS = (0, 2, 3, 4)  # of the columns that a notebook shows, those with numbers


class Recommendations(Sequence[Recommendation]):
    """Candidates, best first, with what is said of the advice as a whole.

    A sequence: it has a length, is indexed, iterated over and compared as a list is, and
    a slice of it keeps the facts.

    Parameters
    ----------
    candidates : iterable of Recommendation
        Best first.
    task : Task or None
        What was asked about; None when no table was given.
    metric : str or None
        What was asked to be good at. None is the metric of the candidates.
    notes : iterable of str
        What the warnings said while the advice was made.
    order : {"portfolio", "single", "seconds"}
        By what the candidates are ordered: see `autometa.recommend`.
    knowledge_base : mapping
        Which one the advice rests on: ``name``, ``path`` and ``fingerprint`` (equal for equal
        content), None where it has none.
    outside : iterable of OutOfRange
        Measures by which the table lies outside all that is known, the farthest first.
    metafeatures : Series or None
        What the table was described by; kept in memory, not by `to_dict`.

    Attributes
    ----------
    scores_of : str or None
        The metric of the expected scores: another one than ``metric`` where that has no
        history. None when there is no candidate.
    novelty : float
        From 0 (much like earlier tasks) to 1 (unlike all, or ten times beyond what is known
        on a measure of ``outside``); NaN when not described.
    neighbors : tuple of Neighbor
        The most alike earlier tasks, nearest first.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from autometa import recommend
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> advice = recommend(X, y, n=3)
    >>> len(advice), len(advice[:2]), advice[:2].metric
    (3, 2, 'neg_log_loss')
    >>> advice.task.target
    'target'
    """

    def __init__(
        self,
        candidates: Iterable[Recommendation],
        *,
        task: Task | None = None,
        metric: str | None = None,
        notes: Iterable[str] = (),
        order: str = "portfolio",
        knowledge_base: Mapping[str, str | None] | None = None,
        outside: Iterable[OutOfRange] = (),
        metafeatures: pd.Series[float] | None = None,
    ) -> None:
        self._candidates = tuple(candidates)
        self.task = task
        self.scores_of = self._candidates[0].metric if self._candidates else None
        self.metric = metric or self.scores_of
        self.notes = tuple(notes)
        self.order = order
        self.knowledge_base: dict[str, str | None] = dict(
            knowledge_base or dict.fromkeys(("name", "path", "fingerprint"))
        )
        self.outside = tuple(outside)
        self.metafeatures = metafeatures
        # the same in every candidate; kept, so that an empty slice has them too
        self.novelty = self._candidates[0].novelty if self._candidates else math.nan
        self.neighbors: tuple[Neighbor, ...] = (
            self._candidates[0].neighbors if self._candidates else ()
        )

    def __len__(self) -> int:
        return len(self._candidates)

    @overload
    def __getitem__(self, index: int) -> Recommendation: ...

    @overload
    def __getitem__(self, index: slice) -> Recommendations: ...

    def __getitem__(self, index: int | slice) -> Recommendation | Recommendations:
        if not isinstance(index, slice):
            return self._candidates[index]
        part = object.__new__(Recommendations)
        part.__dict__.update(self.__dict__)
        part._candidates = self._candidates[index]
        return part

    def __eq__(self, other: object) -> bool:
        """Return whether the candidates are equal, to those of any list."""
        if isinstance(other, Recommendations | list | tuple):
            return self._candidates == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._candidates)

    def __repr__(self) -> str:
        """Return a line for each: what a notebook shows of the last expression of a cell."""
        return f"<{len(self)} recommendations>" + "".join(f"\n{line}" for line in self._lines())

    def __str__(self) -> str:
        return "\n".join(self._lines())

    @property
    def heading(self) -> str:
        """How the list is to be read, in a sentence."""
        return ORDERS.get(self.order, "")  # stored advice may be of a later version

    def to_frame(self) -> pd.DataFrame:
        """Return one row a candidate, in the order of the list.

        Returns
        -------
        DataFrame
            ``rank`` (1 is first), ``algorithm``, ``role``, ``metric``, ``expected_score``,
            ``score_low``, ``score_high``, ``expected_fit_seconds``, ``expected_predict_ms``,
            ``probability_best``, ``config`` (dict), ``setup_id``.
        """
        import pandas as pd  # advice is a value: it travels without pandas

        rows = [
            {
                "rank": rank,
                "algorithm": one.algorithm,
                "role": one.role,
                "metric": one.metric,
                "expected_score": one.expected_score,
                "score_low": one.score_interval[0],
                "score_high": one.score_interval[1],
                "expected_fit_seconds": one.expected_fit_seconds,
                "expected_predict_ms": one.expected_predict_ms,
                "probability_best": one.probability_best,
                "config": dict(one.config),
                "setup_id": one.setup_id,
            }
            for rank, one in enumerate(self._candidates, start=1)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """Return the table that a notebook shows."""
        rows = [_cells(rank, one) for rank, one in enumerate(self._candidates, start=1)]
        table = html_table(_shown_columns(self.scores_of), rows, numbers=NUMBERS)
        heading = f"<p>{escaped(self.heading)}</p>"
        beyond = [outside_in_words(self.outside)] if self.outside else []
        return notebook_block(heading, scrolling(table), html_list([*beyond, *self.notes]))

    def _lines(self) -> Iterable[str]:
        return (f"{rank}. {one}" for rank, one in enumerate(self._candidates, start=1))

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Recommendations:
        """Return the advice that `to_dict` gave, or `autometa recommend --json` printed.

        Raises
        ------
        ParameterError
            If it is not such content.
        """
        from autometa.tables import Task

        if not isinstance(content, Mapping) or "recommendations" not in content:
            raise ParameterError(
                "Recommendations.from_dict needs what to_dict gives: a mapping with the key "
                f"'recommendations'. Got {type(content).__name__}."
            )
        asked = content.get("task") or {}
        of_task = {f.name: asked[f.name] for f in fields(Task) if f.name in asked}
        novelty = content.get("novelty")
        advice = cls(
            map(Recommendation.from_dict, content["recommendations"]),
            task=Task(**of_task) if "task_type" in of_task else None,
            metric=asked.get("metric"),
            notes=content.get("notes", ()),
            order=content.get("order", "portfolio"),
            knowledge_base=content.get("knowledge_base"),
            outside=map(OutOfRange.from_dict, content.get("outside", ())),
        )
        # facts that an empty list of candidates does not hold
        advice.scores_of = asked.get("scores_of", advice.scores_of)
        advice.novelty = math.nan if novelty is None else float(novelty)
        advice.neighbors = tuple(map(Neighbor.from_dict, content.get("neighbors", ())))
        return advice

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, as `autometa recommend --json` does."""
        return {
            "task": {
                **(self.task.to_dict() if self.task else {}),
                "metric": self.metric,
                "scores_of": self.scores_of,
            },
            "novelty": None if math.isnan(self.novelty) else self.novelty,
            "outside": [one.to_dict() for one in self.outside],
            "neighbors": [neighbor.to_dict() for neighbor in self.neighbors],
            "order": self.order,
            "notes": list(self.notes),
            "knowledge_base": dict(self.knowledge_base),
            "recommendations": [
                {"rank": rank, **one.to_dict()}
                for rank, one in enumerate(self._candidates, start=1)
            ],
        }


def _shown_columns(metric: str | None) -> tuple[str, ...]:
    score = f"expected {metric}" if metric else "expected score"
    return ("rank", "algorithm", score, "interval", "seconds a fit", "role", "hyperparameters")


def _cells(rank: int, one: Recommendation) -> tuple[str, ...]:
    low, high = one.score_interval
    return (
        str(rank),
        one.algorithm,
        readable(one.expected_score),
        f"{readable(low, 3)} to {readable(high, 3)}",
        readable(one.expected_fit_seconds, 2),
        one.role,
        ", ".join(f"{name}={value!r}" for name, value in one.config.items()),
    )
