"""LightGBM's models as text, checked before LightGBM reads them.

Its reader trusts the text: one that was cut, or whose trees point to rows and
columns that are not there, ends the interpreter, where no ``except`` helps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

BEGIN = "tree\nversion="
END_OF_TREES = b"end of trees\n"
END = b"end of parameters\n"
WHOLE_FIELDS = ("split_feature", "decision_type", "left_child", "right_child")
NODE_FIELDS = (
    *WHOLE_FIELDS,
    "split_gain",
    "threshold",
    "internal_value",
    "internal_weight",
    "internal_count",
)
LEAF_FIELDS = ("leaf_value", "leaf_weight", "leaf_count")
ONCE = ("num_leaves", "num_cat", "is_linear", "shrinkage", "cat_boundaries", "cat_threshold")
FIELDS = frozenset({*NODE_FIELDS, *LEAF_FIELDS, *ONCE})
# Anything else makes LightGBM throw in a thread of its own, which ends the process.
NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan)"
NUMBERS = re.compile(rf"(?:{NUMBER}(?: {NUMBER})*)? ?")


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
    header = _header(head)
    if not blank or END not in content:
        raise ValueError("a LightGBM model is cut")
    n_features = int(header["max_feature_idx"]) + 1
    for name in ("feature_names", "feature_infos"):
        if len(header[name].split(" ")) != n_features:
            raise ValueError(f"a LightGBM model has other '{name}' than it says")
    start = 0
    for number, size in enumerate(map(int, header.get("tree_sizes", "").split())):
        block = trees[start : start + size]
        if size <= 0 or not block.startswith(b"Tree=%d\n" % number):
            raise ValueError(f"tree {number} of a LightGBM model is not where it should be")
        _check_tree(_fields(block, number), n_features, number)
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


def _header(block: bytes) -> dict[str, str]:
    lines = (line.partition("=") for line in block.decode().split("\n"))
    return {name: value for name, sign, value in lines if sign}


def _fields(block: bytes, number: int) -> dict[str, list[str]]:
    """Return the values of a tree by field; each field is known, occurs once, holds numbers."""
    fields: dict[str, list[str]] = {}
    for line in block.decode().split("\n")[1:]:
        name, sign, value = line.partition("=")
        if not line:
            continue
        if not sign or name in fields or name not in FIELDS or not NUMBERS.fullmatch(value):
            raise ValueError(f"tree {number} of a LightGBM model has the line {line[:40]!r}")
        fields[name] = value.split()
    return fields


def _check_tree(fields: dict[str, list[str]], n_features: int, number: int) -> None:
    (leaves,), (shrinkage,), (linear,) = (
        fields["num_leaves"],
        fields["shrinkage"],
        fields["is_linear"],
    )
    n_leaves, n_nodes = int(leaves), int(leaves) - 1
    float(shrinkage)
    if linear != "0":
        raise ValueError(f"tree {number} of a LightGBM model is linear; autometa makes none")
    if n_leaves < 1 or len(fields["leaf_value"]) != n_leaves:
        raise ValueError(f"tree {number} of a LightGBM model has other leaves than it says")
    if n_nodes == 0:
        return
    for names, count in ((NODE_FIELDS, n_nodes), (LEAF_FIELDS, n_leaves)):
        if any(len(fields[name]) != count for name in names):
            raise ValueError(f"tree {number} of a LightGBM model has other nodes than it says")
    columns, kinds, left, right = (_whole(fields[name]) for name in WHOLE_FIELDS)
    parents = np.arange(n_nodes)
    is_sound = (columns >= 0) & (columns < n_features)
    for child in (left, right):  # a leaf is -1 - its number; a node comes after its parent
        is_sound &= np.where(child < 0, child >= -n_leaves, (child > parents) & (child < n_nodes))
    if not is_sound.all():
        raise ValueError(f"tree {number} of a LightGBM model leads nowhere")
    _check_categories(fields, kinds, number)


def _check_categories(
    fields: dict[str, list[str]], kinds: npt.NDArray[np.int64], number: int
) -> None:
    by_category = np.flatnonzero(kinds & 1)
    (count,) = fields["num_cat"]
    n_sets = int(count)
    if not len(by_category) and not n_sets:
        return
    bounds, words = _whole(fields["cat_boundaries"]), fields["cat_threshold"]
    which = [float(fields["threshold"][node]) for node in by_category]
    if (
        len(bounds) != n_sets + 1
        or bounds[0] != 0
        or (np.diff(bounds) < 0).any()
        or bounds[-1] != len(words)
        or not all(0 <= index < n_sets for index in which)
    ):
        raise ValueError(f"tree {number} of a LightGBM model has categories that are not there")


def _whole(values: list[str]) -> npt.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
