"""Repeated entities: a column that names what several rows are of.

A column of an informative category is alike within its levels too, and shuffled folds are right
for it: new rows will have the same levels. What tells an entity from a category is how its rows
were collected: they stand together in the file, and a time or a count begins anew with each
entity; or the column is an identifier by name. Likeness alone never makes an entity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autometa._common.arrays import Booleans, Floats, Integers
from autometa.dependence._index import is_identifier
from autometa.dependence._likeness import Distances, pairs_within, random_pairs
from autometa.dependence._names import names_an_entity
from autometa.dependence._rows import Column

MIN_LEVELS = 10  # fewer are categories, and too few to draw folds of
MIN_REPEATED = 0.5  # share of rows whose entity has another row
MIN_LOOKED_AT = 0.25  # togetherness of columns without a name that are worth a look
MAX_CANDIDATES = 40  # columns that are compared within, the likeliest first
MAX_COMPARED = 40  # columns in which rows are compared, beside the target
ALPHA = 0.001  # of a table of independent rows to show any likeness within entities
MIN_STEPS = 30  # from row to row within an entity, to tell rising from chance
CONSTANT = 0.97  # likeness from which a column is an attribute of the entity


@dataclass(frozen=True, kw_only=True)
class Entity:
    """What speaks for a column to name entities.

    Attributes
    ----------
    column : Column
    n_levels : int
    rows_per_level : float
    is_named : bool
        Whether the name of the column is that of an identifier or entity, or it has none
        and is the index.
    together : float
        How much more often the next row is of the same entity than by chance, 0 to 1.
    rising, restarts : float
        Of the clock: the share of steps within an entity in which it goes its usual
        way, and of steps to the next entity in which it goes back.
    clock : Column or None
        The ordered column with the greatest ``rising``.
    target_likeness, mean_likeness : float
        Of two rows of an entity, in the target and on average over other columns.
    attributes : tuple of str
        Columns that are the same in all rows of an entity.
    p_value : float
        How often independent rows would be as much alike in some column.
    """

    column: Column
    n_levels: int
    rows_per_level: float
    is_named: bool
    together: float
    rising: float
    restarts: float
    clock: Column | None
    target_likeness: float
    mean_likeness: float
    attributes: tuple[str, ...]
    p_value: float


@dataclass(frozen=True, kw_only=True)
class EntityRules:
    """From what on a column is said to name entities.

    The defaults hold in `benchmarks/noticing.py`, which chooses them by family too.

    Attributes
    ----------
    together : float
        Rows of an entity stand together in the file.
    rising, restarts : float
        A time or a count goes one way within an entity, and goes back with the next.
    alike, alike_levels : float, int
        Likeness of rows, in the target and other columns, that stands in for standing
        together where a name is that of an entity; of fewer levels it could be a category. A
        target or another column that is the same in all its rows does so by itself.
    """

    together: float = 0.5
    rising: float = 0.9
    restarts: float = 0.4
    alike: float = 0.4
    alike_levels: int = 100

    def hold(self, entity: Entity) -> bool:
        """Tell whether a column names entities."""
        is_together = entity.together >= self.together
        if is_together and entity.rising >= self.rising and entity.restarts >= self.restarts:
            return True
        if not entity.is_named:
            return False
        least_alike = min(entity.target_likeness, entity.mean_likeness)
        is_alike = least_alike >= self.alike and entity.n_levels >= self.alike_levels
        # all rows of a case have its label: what other columns say of the case is not needed
        has_target = entity.target_likeness > CONSTANT
        return is_together or is_alike or has_target or bool(entity.attributes)


def best_entity(entities: Sequence[Entity], rules: EntityRules | None = None) -> Entity | None:
    """Return the column that most speaks for naming entities, if any does enough."""
    rules = rules or EntityRules()
    likely = [entity for entity in entities if rules.hold(entity)]
    # One that is named comes before its attributes, and one that has more attributes before
    # those: the patient before the height.
    likely.sort(key=lambda e: (not e.is_named, -len(e.attributes), -e.n_levels))
    return likely[0] if likely else None


def entities_among(
    columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> list[Entity]:
    """Return what is seen of each column that may name entities, named ones first."""
    candidates = [column for column in columns if _may_name(column)]
    candidates.sort(key=lambda column: (not _is_named(column), -column.togetherness))
    alpha = ALPHA / max(1, min(len(candidates), MAX_CANDIDATES))
    seen = (_look_at(one, columns, target, rng) for one in candidates[:MAX_CANDIDATES])
    return [entity for entity in seen if entity.p_value < alpha]


def _may_name(column: Column) -> bool:
    """Tell whether a column has many levels that most rows share, and a name or an order."""
    if column.kind == "datetime" or not (column.is_whole or column.values is None):
        return False
    counts = np.bincount(column.codes[column.codes >= 0])
    repeated = counts[counts > 1].sum() / len(column.codes)
    if len(counts) < MIN_LEVELS or repeated < MIN_REPEATED:
        return False
    return _is_named(column) or column.togetherness >= MIN_LOOKED_AT


def _is_named(column: Column) -> bool:
    """Tell whether a column is an identifier by its name, or by its place beside the table."""
    return names_an_entity(column.name) or is_identifier(column)


def _look_at(
    column: Column, columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> Entity:
    others = [other for other in columns if other is not column]
    if len(others) > MAX_COMPARED:
        others = [others[i] for i in rng.choice(len(others), MAX_COMPARED, replace=False)]
    compared = [target, *others]
    distances = Distances(compared)
    within = pairs_within(column.codes, rng)
    alike = distances.compare(within, random_pairs(len(column.codes), rng))
    rising, restarts, clock = _clock(column.codes, columns)
    attributes = [
        other.name
        for other, value in zip(others, alike.values[1:], strict=True)
        if value > CONSTANT and other.n_levels < column.n_levels
    ]
    return Entity(
        column=column,
        n_levels=column.n_levels,
        rows_per_level=float((column.codes >= 0).sum() / column.n_levels),
        is_named=_is_named(column),
        together=column.togetherness,
        rising=rising,
        restarts=restarts,
        clock=clock,
        target_likeness=float(np.nan_to_num(alike.values[0])),
        mean_likeness=_mean(alike.values[1:]),
        attributes=tuple(attributes),
        p_value=float(alike.p_values.min()) * len(compared),
    )


def _mean(values: Floats) -> float:
    present = values[np.isfinite(values)]
    return float(present.mean()) if len(present) else 0.0


def _clock(codes: Integers, columns: Sequence[Column]) -> tuple[float, float, Column | None]:
    """Return `Entity.rising` and `Entity.restarts` of the column with the greatest, and it."""
    is_within = (codes[1:] == codes[:-1]) & (codes[1:] >= 0)
    best: tuple[float, float, Column | None] = (0.0, 0.0, None)
    for column in columns:
        if not column.is_ordered:
            continue
        rising, restarts = _rising(column.codes, is_within)
        if rising > best[0] and restarts > 0:
            best = rising, restarts, column
    return best


def _rising(times: Integers, is_within: Booleans) -> tuple[float, float]:
    """Return how often times rise within entities, and fall from one entity to the next.

    Both of times that change with most rows of an entity; where they fall within entities,
    rising and falling are exchanged.
    """
    steps = np.sign(np.diff(times)) * ((times[1:] >= 0) & (times[:-1] >= 0))
    within, across = steps[is_within], steps[~is_within]
    n_up, n_down = int((within > 0).sum()), int((within < 0).sum())
    if n_up + n_down < max(MIN_STEPS, 0.5 * len(within)) or not len(across):
        return 0.0, 0.0
    way = 1 if n_up >= n_down else -1
    return max(n_up, n_down) / (n_up + n_down), float((across == -way).mean())
