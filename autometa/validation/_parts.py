"""Parts of training rows: nested, and with every class while rows last."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from autometa._common.arrays import AnyArray, Booleans, Positions

MIN_ROWS = 2  # of a part: a model of one row is none

Classes: TypeAlias = AnyArray | None  # None for numbers


def n_kept(n_rows: int, share: float) -> int:
    """Return how many rows a share of them is."""
    return min(n_rows, max(MIN_ROWS, round(share * n_rows)))


def part_of_rows(n_rows: int, classes: Classes, share: float, seed: int) -> Positions:
    """Return rows drawn at random; classes keep their share as far as whole rows allow."""
    order = np.random.default_rng(seed).permutation(n_rows)
    labels = np.zeros(n_rows) if classes is None else classes
    return np.sort(order[_turns(labels[order])[: n_kept(n_rows, share)]])


def part_of_groups(groups: Positions, classes: Classes, share: float, seed: int) -> Positions:
    """Return the rows of groups drawn at random, none of them cut."""
    _, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes)
    order = np.random.default_rng(seed).permutation(len(sizes))
    kept = np.zeros(len(sizes), dtype=bool)
    wanted = n_kept(len(groups), share)
    kept[order[: 1 + int(np.searchsorted(np.cumsum(sizes[order]), wanted))]] = True
    if classes is not None:
        place = np.empty(len(sizes), dtype=np.intp)
        place[order] = np.arange(len(sizes))
        for label in _missing(classes, kept[codes]):
            own = codes[classes == label]
            kept[own[np.argmin(place[own])]] = True
    return np.flatnonzero(kept[codes])


def part_of_latest(times: AnyArray, classes: Classes, share: float) -> Positions:
    """Return the latest rows, none of their stamps cut, and the latest row of other classes."""
    wanted = n_kept(len(times), share)
    kept = times >= np.sort(times)[-wanted]
    if classes is not None:
        for label in _missing(classes, kept):
            own = np.flatnonzero(classes == label)
            kept[own[np.argmax(times[own])]] = True
    return np.flatnonzero(kept)


def _missing(classes: AnyArray, kept: Booleans) -> AnyArray:
    return np.setdiff1d(classes, classes[kept])


def _turns(groups: AnyArray) -> Positions:
    """Return an order of which any prefix holds each group in its share."""
    _, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    by_group = np.argsort(codes, kind="stable")
    rank = np.empty(len(codes))
    rank[by_group] = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.lexsort((counts[codes], rank / counts[codes]))
