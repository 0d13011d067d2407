"""LightGBM's models as text, checked before LightGBM reads them.

Its reader trusts the text: one that was cut, or whose trees point to rows and
columns that are not there, ends the interpreter, where no ``except`` helps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

BEGIN = "tree\nversion="
END_OF_TREES = b"end of trees\n"
END = b"end of parameters\n"


def check_boosters(schema: Any) -> None:
    """Check every LightGBM model in the schema of a skops file.

    Raises
    ------
    ValueError
        If one is cut, or its trees are not of a kind that LightGBM writes.
    """
    for text in _models(schema):
        check_booster(text)


def check_booster(text: str) -> None:
    """Check the text of one LightGBM model.

    Raises
    ------
    ValueError
        If it is cut, or its trees are not of a kind that LightGBM writes.
    """
    content = text.encode()
    head, blank, trees = content.partition(b"\n\n")
    header = _fields(head)
    if not blank or (not content.endswith(END) and END not in content):
        raise ValueError("a LightGBM model is cut")
    n_features = int(header["max_feature_idx"]) + 1
    start = 0
    for number, size in enumerate(map(int, header.get("tree_sizes", "").split())):
        block = trees[start : start + size]
        if size <= 0 or not block.startswith(b"Tree=%d\n" % number):
            raise ValueError(f"tree {number} of a LightGBM model is not where it should be")
        _check_tree(_fields(block), n_features, number)
        start += size
    if not trees[start:].startswith(END_OF_TREES):
        raise ValueError("a LightGBM model has other trees than it says")


def _models(schema: Any) -> Iterator[str]:
    """Yield the texts of LightGBM models, which skops keeps as JSON within JSON."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, str) and "tree\\nversion=" in node[:40]:
            text = json.loads(node)
            if isinstance(text, str) and text.startswith(BEGIN):
                yield text


def _fields(block: bytes) -> dict[str, str]:
    lines = (line.partition("=") for line in block.decode().splitlines())
    return {name: value for name, sign, value in lines if sign}


def _check_tree(fields: dict[str, str], n_features: int, number: int) -> None:
    n_leaves = int(fields["num_leaves"])
    n_nodes = n_leaves - 1
    names = ("split_feature", "decision_type", "left_child", "right_child")
    if n_leaves < 1 or len(fields["leaf_value"].split()) != n_leaves:
        raise ValueError(f"tree {number} of a LightGBM model has other leaves than it says")
    if fields.get("is_linear", "0") != "0":
        raise ValueError(f"tree {number} of a LightGBM model is linear; autometa makes none")
    if n_nodes == 0:
        return
    columns, kinds, left, right = (_numbers(fields[name]) for name in names)
    thresholds = fields["threshold"].split()
    if any(len(values) != n_nodes for values in (columns, kinds, left, right, thresholds)):
        raise ValueError(f"tree {number} of a LightGBM model has other nodes than it says")
    parents = np.arange(n_nodes)
    is_sound = (columns >= 0) & (columns < n_features)
    for child in (left, right):  # a leaf is -1 - its number; a node comes after its parent
        is_sound &= np.where(child < 0, child >= -n_leaves, (child > parents) & (child < n_nodes))
    if not is_sound.all():
        raise ValueError(f"tree {number} of a LightGBM model leads nowhere")
    _check_categories(fields, kinds, thresholds, number)


def _check_categories(
    fields: dict[str, str], kinds: npt.NDArray[np.int64], thresholds: list[str], number: int
) -> None:
    by_category = np.flatnonzero(kinds & 1)
    n_sets = int(fields.get("num_cat", "0"))
    if not len(by_category) and not n_sets:
        return
    bounds = _numbers(fields["cat_boundaries"])
    words = fields["cat_threshold"].split()
    which = [float(thresholds[node]) for node in by_category]
    if (
        len(bounds) != n_sets + 1
        or bounds[0] != 0
        or (np.diff(bounds) < 0).any()
        or bounds[-1] != len(words)
        or not all(0 <= index < n_sets for index in which)
    ):
        raise ValueError(f"tree {number} of a LightGBM model has categories that are not there")


def _numbers(text: str) -> npt.NDArray[np.int64]:
    return np.array(text.split(), dtype=np.int64)
