"""Scores of one task that were measured by different protocols: other folds, a hold-out set.

A score says which setup is better among those measured on the same folds only. Scores of
another protocol are moved by how far the setups that both measured lie apart; where both
measured none, they stay as they are and are counted, so that it can be said.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats, Integers
from autometa._common.fold_kinds import FOLD_KINDS
from autometa.knowledge_base._fold_kinds import fold_kind_codes
from autometa.knowledge_base.storage._columns import codes_of, numbers_of

# Where each run is a source of its own ('openml:run/123'), its number is no protocol.
_RUN_NUMBER = re.compile(r"^(?:.*(?:run|trial)[/ :#_-]*|[a-z]?)\d+$", re.IGNORECASE)


def protocols_of(table: Any) -> Integers:
    """Return a number for the protocol of each run: runs of one share their folds.

    What tells protocols apart is where the runs come from, of which kind their folds are, how
    many folds they were scored on (as they say, or as they have scores of folds), and the seed
    that drew these.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    sources, source = codes_of(table["source"])
    # The last is for codes of -1: rows without a source.
    kinds = pd.factorize(np.array([*map(_kind_of_source, sources), ""], dtype=object))[0][source]
    kinds = kinds * len(FOLD_KINDS) + fold_kind_codes(table["fold_kind"])
    n_folds = np.nan_to_num(numbers_of(table["n_folds"])).astype(np.int64)
    if not pa.types.is_null(table["fold_scores"].type):
        lengths = pc.fill_null(pc.list_value_length(table["fold_scores"]), 0)
        n_folds = np.where(n_folds == 0, lengths.to_numpy().astype(np.int64), n_folds)
    # Fold scores are kept of some metrics only, and a seed is said by some runs only.
    of_folds = _with_usual(kinds, n_folds)
    # Numbered from 1, as unknown ones are 0.
    seeds = pd.factorize(numbers_of(table["split_seed"]), sort=True)[0] + 1
    return _with_usual(of_folds, seeds)


def _with_usual(kinds: Integers, values: Integers) -> Integers:
    """Return a number for each kind and value that are together.

    A value of 0 is unknown, which is no other value: it is then the usual one of its kind.
    """
    width = values.max(initial=0) + 1
    if width == 1:
        return np.asarray(kinds, dtype=np.int64)
    pairs, pair, counts = np.unique(kinds * width + values, return_inverse=True, return_counts=True)
    of_pair = pd.DataFrame({"kind": pairs // width, "value": pairs % width, "n": counts})
    # The lesser of two that are as common, whatever the order of the runs.
    is_said = of_pair[of_pair["value"] > 0].sort_values(["n", "value"], ascending=[False, True])
    usual = is_said.drop_duplicates("kind").set_index("kind")["value"]
    known = of_pair["value"].where(of_pair["value"] > 0, of_pair["kind"].map(usual).fillna(0))
    return np.unique(of_pair["kind"] * width + known, return_inverse=True)[1][pair].astype(np.int64)


def _kind_of_source(source: str | None) -> str:
    text = source or ""
    return text.rstrip("0123456789") if _RUN_NUMBER.match(text) else text


def on_one_scale(
    groups: Integers, setups: Integers, protocols: Integers, scores: Floats, bounds: Floats
) -> tuple[Floats, Booleans, Booleans]:
    """Return scores as the commonest protocol of each group would have them.

    Parameters
    ----------
    groups : ndarray of int
        Of each row, the task and metric.
    setups, protocols : ndarray of int
    scores : ndarray of float
        NaN where a run has none.
    bounds : ndarray of shape (n_rows, 2)
        The least and the greatest score of each row's metric.

    Returns
    -------
    scores : ndarray of float
    moved : ndarray of bool
        Rows that were moved by what setups in common say.
    apart : ndarray of bool
        Rows of a protocol that has no setup in common: left as they are.
    """
    moved, apart = (np.zeros(len(scores), dtype=np.bool_) for _ in range(2))
    rows = np.flatnonzero(np.isfinite(scores))
    if not len(rows) or (protocols[rows] == protocols[rows[0]]).all():
        return scores, moved, apart
    scores = scores.copy()
    frame = pd.DataFrame(
        {"row": rows, "g": groups[rows], "s": setups[rows], "p": protocols[rows],
         "score": scores[rows]}
    )  # fmt: skip
    has_several = frame.groupby("g")["p"].transform("nunique") > 1
    for _, group in frame[has_several].groupby("g", sort=False):
        offsets = _offsets(group.groupby(["p", "s"])["score"].mean().unstack())
        offset = group["p"].map(offsets).to_numpy(dtype=np.float64)
        row = group["row"].to_numpy()
        apart[row] = np.isnan(offset)
        moved[row] = np.nan_to_num(offset) != 0.0
        changed = row[moved[row]]
        scores[changed] = np.clip(
            scores[changed] + offset[moved[row]], bounds[changed, 0], bounds[changed, 1]
        )
    return scores, moved, apart


def _offsets(means: pd.DataFrame) -> dict[int, float]:
    """Return what is added to the scores of each protocol; NaN where nothing can be known.

    The protocol that scored most setups is the scale. Then comes, each time, the one with
    most setups in common with what is on the scale: its offset rests on most pairs. The
    median of the pairs, for one setup that broke down on one side must not move the others.
    """
    order = means.notna().sum(axis=1).sort_values(ascending=False, kind="stable").index
    offsets = {int(order[0]): 0.0}
    on_scale, waiting = means.loc[[order[0]]], list(order[1:])
    while waiting:
        scale = on_scale.mean()
        shared = {p: int((scale.notna() & means.loc[p].notna()).sum()) for p in waiting}
        nearest = max(waiting, key=lambda p: shared[p])
        if not shared[nearest]:
            break
        offset = float((scale - means.loc[nearest]).median())
        offsets[int(nearest)] = offset
        on_scale = pd.concat([on_scale, means.loc[[nearest]] + offset])
        waiting.remove(nearest)
    return offsets | {int(p): float("nan") for p in waiting}
