"""The steps that make one table out of another: each changes one thing by a random amount.

A step takes a draft and a generator, and returns the new draft and the amount, which
becomes part of the task's name. It may give a degenerate draft: the caller looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from autometa.building.generation._generated_task import Draft, encoded, target_matrix

Change = Callable[[Draft, np.random.Generator], tuple[Draft, int]]

_TREE_DEPTH = 6
_EVEN_SHARE = 0.3  # of the chance to be kept that every column has, informative or not


@dataclass(frozen=True)
class Step:
    """A change, and on which drafts it can be made."""

    change: Change
    applies: Callable[[Draft], bool]


def take_rows(draft: Draft, rng: np.random.Generator, n_rows: int | None = None) -> Draft:
    """Return a sample of rows in their old order, 25 % to 90 % of them by default."""
    n_rows = n_rows or max(2, round(rng.uniform(0.25, 0.9) * len(draft.y)))
    return draft.rows(np.sort(rng.choice(len(draft.y), n_rows, replace=False)))


def _rows(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    fewer = take_rows(draft, rng)
    return fewer, len(fewer.y)


def _columns(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Keep some columns; what a small tree uses is kept more often, and one such always."""
    names = np.array(draft.X.columns, dtype=object)
    importance = _importance(draft)
    best = rng.choice(np.argsort(-importance, kind="stable")[:3])
    n_kept = max(1, round(rng.uniform(0.3, 0.85) * len(names)))
    chance = _EVEN_SHARE / len(names) + (1 - _EVEN_SHARE) * importance
    chance[best] = 0.0
    n_others = min(n_kept - 1, int((chance > 0).sum()))
    others = rng.choice(len(names), n_others, replace=False, p=chance / chance.sum())
    kept = np.sort(np.append(others, best))
    return replace(draft, X=draft.X[names[kept].tolist()]), len(kept)


def _importance(draft: Draft) -> npt.NDArray[np.float64]:
    """Return how much a small tree gains by each column; sum 1."""
    tree = DecisionTreeRegressor(max_depth=_TREE_DEPTH, min_samples_leaf=5, random_state=0)
    gained = tree.fit(encoded(draft.X), target_matrix(draft)).feature_importances_
    even = np.full(len(gained), 1.0 / len(gained))
    return np.asarray(gained if gained.sum() > 0 else even)


def _binarise(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    share = rng.uniform(0.15, 0.85)
    above = draft.y > np.quantile(draft.y, share)
    labels = np.where(above, "high", "low")
    return replace(draft, y=labels, is_regression=False), round(100 * share)


def _cut(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Cut a numeric target into 3 to 7 classes at random quantiles."""
    n_classes = int(rng.integers(3, 8))
    shares = np.cumsum(rng.dirichlet(np.full(n_classes, 3.0)))[:-1]
    codes = np.searchsorted(np.quantile(draft.y, shares), draft.y)
    labels = np.array([f"part{code}" for code in codes])
    return replace(draft, y=labels, is_regression=False), n_classes


def _merge(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Put the classes into fewer groups; none stays empty."""
    classes = draft.classes
    n_groups = int(rng.integers(2, len(classes)))
    group = np.append(np.arange(n_groups), rng.integers(0, n_groups, len(classes) - n_groups))
    group = rng.permutation(group)
    labels = np.array([f"group{number}" for number in group])
    return replace(draft, y=labels[np.searchsorted(classes, draft.y)]), n_groups


def _one_versus_rest(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    chosen = int(rng.integers(len(draft.classes)))
    return replace(draft, y=np.where(draft.y == draft.classes[chosen], "one", "rest")), chosen


def _label_noise(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Give some rows the label of another row; add a normal error to numbers."""
    share = rng.uniform(0.03, 0.25)
    if draft.is_regression:
        noisy = draft.y + rng.normal(0.0, 2 * share * draft.y.std(), len(draft.y))
    else:
        swapped = rng.random(len(draft.y)) < share
        noisy = np.where(swapped, rng.permutation(draft.y), draft.y)
    return replace(draft, y=noisy), round(100 * share)


def _feature_noise(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Blur numbers by a part of their spread, and swap as many levels."""
    share = rng.uniform(0.05, 0.5)

    def blur(column: Any) -> Any:
        if column.dtype == "float64":
            return column + rng.normal(0.0, share * float(column.std()), len(column))
        swapped = rng.random(len(column)) < share
        levels = rng.permutation(column.cat.codes.to_numpy())
        codes = np.where(swapped, levels, column.cat.codes.to_numpy())
        return _from_codes(codes, column)

    return _on_some(draft, list(draft.X.columns), rng, blur)[0], round(100 * share)


def _from_codes(codes: npt.NDArray[Any], like: Any) -> Any:
    values = pd.Categorical.from_codes(codes, dtype=like.dtype)
    return pd.Series(values, index=like.index)


def _imbalance(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Keep only some rows of one class."""
    share = rng.uniform(0.05, 0.5)
    own = np.flatnonzero(draft.y == rng.choice(draft.classes))
    gone = rng.choice(own, round((1 - share) * len(own)), replace=False)
    kept = np.setdiff1d(np.arange(len(draft.y)), gone)
    return draft.rows(kept), round(100 * share)


def _missing(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Empty cells of some columns: anywhere, or among the larger values only."""
    share = rng.uniform(0.03, 0.4)
    among_large = rng.random() < 0.3

    def empty(column: Any) -> Any:
        order = column if column.dtype == "float64" else column.cat.codes
        chance = np.full(len(column), share)
        if among_large:
            chance = np.where(order > order.median(), min(1.0, 2 * share), 0.0)
        return column.mask(rng.random(len(column)) < chance)

    return _on_some(draft, list(draft.X.columns), rng, empty)[0], round(100 * share)


def _irrelevant(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Add columns that say nothing: shuffled copies of those there are, or normal numbers."""
    n_added = int(rng.integers(1, max(3, min(31, 1 + draft.X.shape[1]))))
    added: dict[str, Any] = {}
    for number in range(n_added):
        name = _new_name(draft, f"irrelevant{number}")
        column = draft.X.iloc[:, int(rng.integers(draft.X.shape[1]))]
        if rng.random() < 0.5:
            column = pd.Series(rng.normal(size=len(draft.y)))
        else:
            column = column.iloc[rng.permutation(len(column))].reset_index(drop=True)
        added[name] = column
    return replace(draft, X=draft.X.assign(**added)), n_added


def _new_name(draft: Draft, name: str) -> str:
    while name in draft.X.columns:
        name += "_"
    return name


def _warp(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Pass numbers through increasing functions: the order stays, distances do not."""

    def bend(column: Any) -> Any:
        scaled = (column - column.mean()) / (float(column.std()) or 1.0)
        bends = (
            lambda z: np.exp(np.clip(z, -20.0, 20.0)),
            lambda z: np.sign(z) * np.abs(z) ** 3,
            lambda z: np.sign(z) * np.log1p(10 * np.abs(z)),
            lambda z: np.tanh(z),
            lambda z: z.rank(pct=True),
        )
        return bends[int(rng.integers(len(bends)))](scaled)

    return _on_some(draft, draft.numbers, rng, bend)


def _warp_target(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    scaled = (draft.y - draft.y.mean()) / draft.y.std()
    bends = (
        np.exp(np.clip(scaled, -20.0, 6.0)),
        np.sign(scaled) * np.log1p(10 * np.abs(scaled)),
        pd.Series(scaled).rank(pct=True).to_numpy(),
    )
    chosen = int(rng.integers(len(bends)))
    return replace(draft, y=bends[chosen]), chosen


def _bins(draft: Draft, rng: np.random.Generator) -> tuple[Draft, int]:
    """Turn numbers into categories at quantiles."""

    def bin_up(column: Any) -> Any:
        edges = np.unique(column.quantile(np.linspace(0, 1, int(rng.integers(3, 11)))[1:-1]))
        codes = np.where(column.isna(), -1, np.searchsorted(edges, column))
        levels = [f"bin{number}" for number in range(len(edges) + 1)]
        return pd.Series(pd.Categorical.from_codes(codes, levels), index=column.index)

    return _on_some(draft, draft.numbers, rng, bin_up)


def _on_some(
    draft: Draft, names: list[str], rng: np.random.Generator, change: Callable[[Any], Any]
) -> tuple[Draft, int]:
    """Change a random part of the columns, one or more; return how many too."""
    n_changed = max(1, round(rng.uniform(0.2, 1.0) * len(names)))
    chosen = {str(name) for name in rng.choice(np.array(names, dtype=object), n_changed, False)}
    changed = {name: change(draft.X[name]) for name in draft.X.columns if name in chosen}
    return replace(draft, X=draft.X.assign(**changed)), n_changed


def _always(draft: Draft) -> bool:
    return True


def _has_numbers(draft: Draft) -> bool:
    return bool(draft.numbers)


def _is_regression(draft: Draft) -> bool:
    return draft.is_regression


def _is_classification(draft: Draft) -> bool:
    return not draft.is_regression


def _is_multiclass(draft: Draft) -> bool:
    return len(draft.classes) > 2


STEPS: dict[str, Step] = {
    "rows": Step(_rows, _always),
    "columns": Step(_columns, lambda draft: draft.X.shape[1] > 2),
    "binarise": Step(_binarise, _is_regression),
    "cut": Step(_cut, _is_regression),
    "merge": Step(_merge, _is_multiclass),
    "rest": Step(_one_versus_rest, _is_multiclass),
    "label-noise": Step(_label_noise, _always),
    "noise": Step(_feature_noise, _always),
    "imbalance": Step(_imbalance, _is_classification),
    "missing": Step(_missing, _always),
    "irrelevant": Step(_irrelevant, _always),
    "warp": Step(_warp, _has_numbers),
    "warp-target": Step(_warp_target, _is_regression),
    "bins": Step(_bins, _has_numbers),
}
