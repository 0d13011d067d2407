"""Predictions of held-out rows, kept beside the runs of a build: one small file a run.

From them follows what no score tells: how an average of several setups does. They stay in
the folder of the build; nothing merges or ships them, and they say what the targets of the
tables are.

Numbers are kept in half precision. Of probabilities the logarithms are kept: half precision has
no number between 0 and 6e-8, and naive Bayes ranks rows by less. Predictions of numbers are kept
as multiples of the standard deviation of the target, from its mean.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa._limits import MAX_ARCHIVE_BYTES, PARSE_ERRORS, read_bounded
from autometa.exceptions import KnowledgeBaseCorruptError
from autometa.knowledge_base.storage._files import write_whole

FOLDER = "predictions"
_LARGEST = float(np.finfo(np.float16).max)  # what is farther off is kept as that far
_LEAST = 1e-300  # a probability of 0 has no logarithm


@dataclass(frozen=True, kw_only=True, eq=False)
class KeptPredictions:
    """Predictions of the rows of a table, each by a model that has not seen it.

    Attributes
    ----------
    y : ndarray of shape (n_rows,)
        Class numbers, or values.
    folds : ndarray of shape (n_rows,)
        Number of the fold that holds a row out; -1 where none does.
    values : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Probabilities by class number, or predicted values; NaN where no fold holds a row out.
    n_classes : int
        0 for regression.
    """

    y: npt.NDArray[Any]
    folds: npt.NDArray[np.int16]
    values: npt.NDArray[np.float64]
    n_classes: int


def keep_predictions(
    out: Path, task_id: str, setup: tuple[str, str], kept: KeptPredictions
) -> Path:
    """Write the predictions of a run; those of the same setup are replaced.

    Parameters
    ----------
    out : Path
        Folder of the build.
    task_id : str
    setup : tuple of (str, str)
        Algorithm and configuration, as in the runs.
    kept : KeptPredictions

    Returns
    -------
    Path
        Of the file, which is there whole or not at all.
    """
    center, scale = _scale(kept)
    if kept.n_classes:
        values = np.log(np.maximum(kept.values, _LEAST))
    else:
        values = np.clip((kept.values - center) / scale, -_LARGEST, _LARGEST)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        y=kept.y,
        folds=kept.folds,
        values=values.astype(np.float16),
        center=center,
        scale=scale,
        n_classes=kept.n_classes,
        setup=np.array(setup),
    )
    name = hashlib.sha256("\n".join(setup).encode()).hexdigest()[:16]
    path = out / FOLDER / task_id / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file.getvalue())
    return path


def read_predictions(out: Path, task_id: str) -> Iterator[tuple[tuple[str, str], KeptPredictions]]:
    """Yield what a build has kept of a task: ((algorithm, configuration), predictions).

    Raises
    ------
    KnowledgeBaseCorruptError
        If a file cannot be read.
    """
    for path in sorted((out / FOLDER / task_id).glob("*.npz")):
        try:
            content = _read(path)
            algorithm, config = (str(text) for text in content["setup"])
            yield (algorithm, config), _kept(content)
        except (OSError, *PARSE_ERRORS) as error:
            raise KnowledgeBaseCorruptError(
                f"'{path}' cannot be read: {error}. Remove it; the other predictions are sound."
            ) from error


def _read(path: Path) -> dict[str, Any]:
    data = io.BytesIO(read_bounded(path, MAX_ARCHIVE_BYTES))
    with zipfile.ZipFile(data):  # says of anything else that it is none; NumPy would unpickle
        data.seek(0)
        with np.load(data, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}


def _kept(content: dict[str, Any]) -> KeptPredictions:
    n_classes = int(content["n_classes"])
    values = content["values"].astype(np.float64)
    if n_classes:
        values = np.exp(values)
        values /= np.maximum(values.sum(axis=1, keepdims=True), _LEAST)
    else:
        values = values * float(content["scale"]) + float(content["center"])
    return KeptPredictions(
        y=content["y"], folds=content["folds"], values=values, n_classes=n_classes
    )


def _scale(kept: KeptPredictions) -> tuple[float, float]:
    """Return what is taken off values, and what they are divided by."""
    if kept.n_classes:
        return 0.0, 1.0
    return float(np.mean(kept.y)), float(np.std(kept.y)) or 1.0
