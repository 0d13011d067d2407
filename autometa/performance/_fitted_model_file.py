"""The file of a fitted model: what was learnt from a knowledge base, as arrays and JSON.

It lies beside the parts of the knowledge base, and is used only by who would learn the same.
"""

from __future__ import annotations

import dataclasses
import io
import json
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from autometa._limits import PARSE_ERRORS, check_archive, parse_json
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import Origin, read_fitted_model
from autometa.performance._fitted_model import FittedModel
from autometa.performance._leaf_forest import LeafForest
from autometa.performance._question import Question

FORMAT = 2  # of the file, and of what is learnt: another one is learnt anew
SETTINGS = (1e-3, 1e3)  # those that are chosen lie within .03 and 2; others break the algebra
# Files written before a parameter existed were fitted with these.
DEFAULTS = {
    "n_trees": 100,
    "random_state": 0,
    "sharpness": 1.7,
    "equal_share": 0.05,
    "caution": 0.75,
}
Parameters = Mapping[str, Any]
_HEADER = "header.json"
_ARRAYS = {"feature": "int16", "threshold": "float32", "right": "int16", "roots": "int32"}


class FittedModelFile:
    """What a file holds for the questions to one knowledge base.

    Parameters
    ----------
    data : bytes
        Of a file, as `file_of` makes it.
    parameters : dict
        What was learnt with others is not given out.
    """

    def __init__(self, data: bytes, parameters: Parameters) -> None:
        self._data = data
        header = read_header(data)
        fits = header["format"] == FORMAT and parameters_of(header) == parameters
        entries = header["questions"] if fits else {}
        if not isinstance(entries, dict):
            raise ValueError("its header must list questions")
        self._entries: dict[str, Any] = entries

    def get(self, question: Question) -> FittedModel | None:
        """Return what was learnt for a question; None when it has to be learnt."""
        entry = self._entries.get(_key(question))
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as file:
                return None if entry is None else _read(file, **entry)
        except PARSE_ERRORS:  # not of our making
            return None


def read_header(data: bytes) -> dict[str, Any]:
    """Return the header of a file: its format, its parameters, and what lies where.

    Raises
    ------
    ValueError
        If it is none; or one of `PARSE_ERRORS`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        check_archive(file, len(data))
        header = parse_json(file.read(_HEADER))
    if not isinstance(header, dict):
        raise ValueError("its header must be a JSON object")
    return header


def parameters_of(header: dict[str, Any]) -> dict[str, Any]:
    """Return all parameters of a file; the first files called them 'growth'."""
    named = header["parameters"] if "parameters" in header else header["growth"]
    return {name: named.get(name, default) for name, default in DEFAULTS.items()}


def open_fitted_model(origin: Origin | None, parameters: Parameters) -> FittedModelFile | None:
    """Return the fitted model of an unchanged knowledge base, if there is one.

    Warns
    -----
    KnowledgeBaseWarning
        If it cannot be read; all is then learnt anew.
    """
    if origin is None:
        return None
    try:
        data = read_fitted_model(origin)
        return FittedModelFile(data, parameters) if data is not None else None
    except PARSE_ERRORS as error:  # a KnowledgeBaseError is a ValueError
        warnings.warn(
            f"The fitted model beside '{origin.folder}' is left out, and what it held learnt "
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
) -> FittedModel:
    def array(path: str, kind: str) -> Any:
        member = io.BytesIO(file.read(f"{name}/{path}.npy"))
        values = np.lib.format.read_array(member, allow_pickle=False)
        if values.ndim != 1 or values.dtype != np.dtype(kind):
            raise ValueError(f"'{path}' must be a vector of {kind}")
        return values

    n_rows, n_columns = map(int, shape)
    packed = array("listed", "uint8")
    if not 0 <= n_rows * n_columns <= 8 * len(packed):
        raise ValueError(f"'listed' has fewer bits than a matrix of shape {shape}")
    listed = np.unpackbits(packed, count=n_rows * n_columns)
    return FittedModel(
        forests=[
            LeafForest(*(array(f"{n}/{field}", kind) for field, kind in _ARRAYS.items()))
            for n in range(n_forests)
        ],
        listed=listed.reshape(shape).astype(np.bool_),
        of_scores=None if of_scores is None else (_triple(of_scores[0]), _triple(of_scores[1])),
        **{time: None if of is None else _triple(of) for time, of in of_times.items()},
    )


def file_of(models: Mapping[Question, FittedModel], parameters: Parameters) -> bytes:
    """Return the file that holds what was learnt for these questions."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        entries = {}
        for place, (question, one) in enumerate(models.items()):
            entries[_key(question)] = _entry(f"{place:02d}", one)
            for name, array in _arrays(f"{place:02d}", one).items():
                _add(file, f"{name}.npy", _npy(array))
        header = {"format": FORMAT, "parameters": dict(parameters), "questions": entries}
        _add(file, _HEADER, json.dumps(header).encode())
    return buffer.getvalue()


def _entry(name: str, model: FittedModel) -> dict[str, Any]:
    return {
        "name": name,
        "n_forests": len(model.forests),
        "shape": model.listed.shape,
        "of_scores": model.of_scores,
        "of_seconds": model.of_seconds,
        "of_predict_ms": model.of_predict_ms,
    }


def _arrays(name: str, model: FittedModel) -> dict[str, Any]:
    arrays = {f"{name}/listed": np.packbits(model.listed)}
    for n, forest in enumerate(model.forests):
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


def _key(question: Question) -> str:
    """Return the text that names a question; of the usual folds as before there were others."""
    *parts, fold_kind = dataclasses.astuple(question)
    return json.dumps(parts if fold_kind == "shuffled" else [*parts, fold_kind])


def _triple(values: list[float]) -> tuple[float, float, float]:
    length, linear, noise = map(float, values)
    low, high = SETTINGS
    if not all(low <= value <= high for value in (length, linear, noise)):
        raise ValueError(f"settings of a regression lie within {low} .. {high}. Got {values}")
    return length, linear, noise
