"""Ready-made models: what was learnt from a knowledge base, in a file beside its parts.

The file holds arrays and JSON only.
"""

from __future__ import annotations

import dataclasses
import io
import json
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autometa._limits import PARSE_ERRORS, check_archive, parse_json
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import Origin, read_learnt, write_learnt
from autometa.performance._fitted_model import Learnt
from autometa.performance._leaf_forest import Growth, LeafForest
from autometa.performance._question import Question

FORMAT = 2  # of the file, and of what is learnt: another one is learnt anew
SETTINGS = (1e-3, 1e3)  # those that are chosen lie within .03 and 2; others break the algebra
_HEADER = "header.json"
_ARRAYS = {"feature": "int16", "threshold": "float32", "right": "int16", "roots": "int32"}


class ReadyModels:
    """What is there ready-made for the questions to one knowledge base.

    Parameters
    ----------
    data : bytes
        Of a file that `write_ready` wrote.
    growth : Growth
        What was learnt with other trees or another seed is not given out.
    """

    def __init__(self, data: bytes, growth: Growth) -> None:
        self._data = data
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            check_archive(file, len(data))
            header = parse_json(file.read(_HEADER))
        fits = header["format"] == FORMAT and header["growth"] == _numbers(growth)
        entries = header["questions"] if fits else {}
        if not isinstance(entries, dict):
            raise ValueError("its header must list questions")
        self._entries: dict[str, Any] = entries

    def get(self, question: Question) -> Learnt | None:
        """Return what was learnt for a question; None when it has to be learnt."""
        entry = self._entries.get(_key(question))
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as file:
                return None if entry is None else _read(file, **entry)
        except PARSE_ERRORS:  # not of our making
            return None


def read_ready(origin: Origin | None, growth: Growth) -> ReadyModels | None:
    """Return the ready-made models of an unchanged knowledge base, if it has some.

    Warns
    -----
    KnowledgeBaseWarning
        If they cannot be read; all is then learnt anew.
    """
    if origin is None:
        return None
    try:
        data = read_learnt(origin)
        return ReadyModels(data, growth) if data is not None else None
    except PARSE_ERRORS as error:  # a KnowledgeBaseError is a ValueError
        warnings.warn(
            f"The ready-made model beside '{origin.folder}' is left out, and what it knew learnt "
            f"anew: {error}",
            KnowledgeBaseWarning,
            stacklevel=3,
        )
        return None


def _read(
    file: zipfile.ZipFile,
    name: str,
    n_forests: int,
    shape: list[int],
    of_scores: Any,
    **of_times: Any,
) -> Learnt:
    def array(path: str, kind: str) -> Any:
        member = io.BytesIO(file.read(f"{name}/{path}.npy"))
        found = np.lib.format.read_array(member, allow_pickle=False)
        if found.ndim != 1 or found.dtype != np.dtype(kind):
            raise ValueError(f"'{path}' must be a vector of {kind}")
        return found

    n_rows, n_columns = map(int, shape)
    packed = array("listed", "uint8")
    if not 0 <= n_rows * n_columns <= 8 * len(packed):
        raise ValueError(f"'listed' has fewer bits than a matrix of shape {shape}")
    listed = np.unpackbits(packed, count=n_rows * n_columns)
    return Learnt(
        forests=[
            LeafForest(*(array(f"{n}/{field}", kind) for field, kind in _ARRAYS.items()))
            for n in range(n_forests)
        ],
        listed=listed.reshape(shape).astype(np.bool_),
        of_scores=None if of_scores is None else (_triple(of_scores[0]), _triple(of_scores[1])),
        **{time: None if of is None else _triple(of) for time, of in of_times.items()},
    )


def write_ready(origin: Origin, growth: Growth, learnt: Mapping[Question, Learnt]) -> Path:
    """Write what was learnt beside the parts it was learnt from; older files go."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        entries = {}
        for place, (question, one) in enumerate(learnt.items()):
            entries[_key(question)] = _entry(f"{place:02d}", one)
            for name, array in _arrays(f"{place:02d}", one).items():
                _add(file, f"{name}.npy", _npy(array))
        header = {"format": FORMAT, "growth": _numbers(growth), "questions": entries}
        _add(file, _HEADER, json.dumps(header).encode())
    return write_learnt(origin, buffer.getvalue())


def _entry(name: str, learnt: Learnt) -> dict[str, Any]:
    return {
        "name": name,
        "n_forests": len(learnt.forests),
        "shape": learnt.listed.shape,
        "of_scores": learnt.of_scores,
        "of_seconds": learnt.of_seconds,
        "of_predict_ms": learnt.of_predict_ms,
    }


def _arrays(name: str, learnt: Learnt) -> dict[str, Any]:
    arrays = {f"{name}/listed": np.packbits(learnt.listed)}
    for n, forest in enumerate(learnt.forests):
        arrays |= {f"{name}/{n}/{field}": getattr(forest, field) for field in _ARRAYS}
    return arrays


def _npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _add(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a member without the time of day: equal models make equal files."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(member, data)


def _numbers(growth: Growth) -> dict[str, int]:
    return {"n_trees": growth.n_trees, "random_state": growth.random_state}


def _key(question: Question) -> str:
    return json.dumps(dataclasses.astuple(question))


def _triple(values: list[float]) -> tuple[float, float, float]:
    length, linear, noise = map(float, values)
    low, high = SETTINGS
    if not all(low <= value <= high for value in (length, linear, noise)):
        raise ValueError(f"settings of a regression lie within {low} .. {high}. Got {values}")
    return length, linear, noise
