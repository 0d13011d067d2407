"""Models on disk: one skops file that carries its own checksum.

skops files hold data and the names of types, no code; only types of a fixed
list are ever built from them. The checksum is verified before any library sees
the content, for a damaged model can end the interpreter.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from autometa._limits import (
    MAX_ARCHIVE_BYTES,
    PARSE_ERRORS,
    check_archive,
    parse_json,
    read_bounded,
)
from autometa.algorithms import every_algorithm, library_versions
from autometa.exceptions import ModelFileError, OutputError, ParameterError
from autometa.tuning.saved._boosters import check_boosters
from autometa.tuning.saved._model_info import MANIFEST
from autometa.tuning.saved._onnx import save_onnx
from autometa.tuning.saved._onnx_file import is_onnx
from autometa.tuning.saved._outputs import check_output, check_replaces_model, write_whole

SCHEMA = "schema.json"  # what skops calls the structure of what it keeps
SCHEMA_VERSION = 1
LIBRARIES = ("autometa", "numpy", "pandas", "skops")  # beside those that fit the models

# Of what stands around every model; an algorithm names those of its own.
COMMON_TYPES = frozenset(
    {
        "autometa.algorithms._cleaning.TableCleaner",
        "autometa.algorithms._encoding.FewLevels",
        "autometa.algorithms._encoding.LevelColumns",
        "autometa.algorithms._encoding.ManyLevels",
        "autometa.algorithms._encoding.NewGapImputer",
        "autometa.algorithms._encoding.NormalScores",
        "autometa.algorithms._sparse.SparseCleaner",
        "autometa.algorithms._target.LogScaler",
        "autometa.algorithms._target.PositiveScaler",
        "autometa.algorithms._target.TargetScaler",
        "autometa.tuning.final_model._calibrated.CalibratedPipeline",
        "autometa.tuning.final_model._class_weights.ClassWeightedClassifier",
        "autometa.tuning.final_model._conformal.Calibration",
        "autometa.tuning.final_model._vote.MeanVote",
        "autometa.tuning.final_model._vote.Vote",
        "functools.partial",
        "numpy.dtype",
        "sklearn.compose._column_transformer.make_column_selector",
        "sklearn.model_selection._classification_threshold.FixedThresholdClassifier",
        "sklearn.model_selection._split.KFold",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.utils._bunch.Bunch",
        "sklearn.utils.validation.check_array",
    }
)


def trusted_types() -> frozenset[str]:
    """Return the types that a model may be built from, installed plug-ins' among them."""
    return COMMON_TYPES.union(*(algorithm.trusted_types for algorithm in every_algorithm()))


def save_model(
    fitted: Any,
    path: str | os.PathLike[str],
    *,
    about: Mapping[str, Any] | None = None,
    sample: pd.DataFrame | None = None,
) -> None:
    """Write a fitted model to ``path``, whole or not at all; `load_model` reads it.

    What was written is read back before it takes the place of another file.

    Parameters
    ----------
    fitted : TuneResult, AutoMetaClassifier, AutoMetaRegressor or Pipeline
        A pipeline of types that autometa builds, such as ``best_pipeline``. The others
        are saved with their metric, score and runs.
    path : path
        A saved model is replaced, as by `joblib.dump`, once the new one is complete; any
        other file is refused. A name that ends in ``.onnx`` gives an ONNX model (extra
        ``onnx``), which runs without Python.
    about : dict, optional
        Kept beside the model, as JSON.
    sample : DataFrame, optional
        Some rows of the user's table: what was read back must predict for them what
        the pipeline does.

    Raises
    ------
    OutputError
        If the file cannot be written, is something else than a saved model, or what was
        written is not the pipeline.
    """
    save = getattr(fitted, "save", None)  # of those that have runs to keep beside the model
    if callable(save):
        save(path)
        return
    if not isinstance(fitted, BaseEstimator):
        raise ParameterError(
            "save_model needs a TuneResult, a fitted AutoMetaClassifier or AutoMetaRegressor, or a "
            f"fitted Pipeline. Got {type(fitted).__name__}."
        )
    check_output(path)
    check_replaces_model(path)
    if is_onnx(path):
        save_onnx(fitted, path, about=about or {}, sample=sample)
        return
    import skops.io

    content = skops.io.dumps(fitted)
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        manifest = {
            "schema": SCHEMA_VERSION,
            "sha256": _digest(archive),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": library_versions(LIBRARIES),
            "about": dict(about or {}),
        }
        archive.writestr(MANIFEST, json.dumps(manifest, default=str))
    write_whole(path, file.getbuffer(), partial(_check_copy, fitted, sample))


def _check_copy(pipeline: Pipeline, sample: pd.DataFrame | None, path: Path) -> None:
    """Raise unless the file holds the pipeline."""
    try:
        copy = load_model(path)
        if sample is not None:
            for ask in ("predict_proba", "predict"):  # of a threshold, the first says nothing
                if hasattr(pipeline, ask):
                    both = [getattr(model, ask)(sample) for model in (copy, pipeline)]
                    np.testing.assert_array_equal(*both)
    except ModelFileError as error:
        reason = str(error).replace(f"'{path}'", "it")
    except AssertionError:
        reason = "it predicts something else"
    else:
        return
    raise OutputError(
        f"The model could not be saved: when it was read back, {reason} Nothing was replaced. "
        "'TuneResult.code' gives a script that fits it again."
    )


def _digest(archive: zipfile.ZipFile) -> str:
    """Hash the names and contents of all entries but the manifest."""
    digest = hashlib.sha256()
    for name in sorted(set(archive.namelist()) - {MANIFEST}):
        content = archive.read(name)
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def load_model(path: str | os.PathLike[str]) -> Pipeline:
    """Return the fitted pipeline that `TuneResult.save` wrote.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or holds types that
        autometa does not build.
    OSError
        If there is no such file, or it cannot be read.
    """
    import skops.io

    content = read_bounded(Path(path), MAX_ARCHIVE_BYTES)
    _check(Path(path), content)
    try:
        trusted = trusted_types()
        unknown = sorted(set(skops.io.get_untrusted_types(data=content)) - trusted)
        if not unknown:
            return skops.io.loads(content, trusted=sorted(trusted))
    except Exception as error:
        if not isinstance(error, (*PARSE_ERRORS, *_library_errors())):
            raise
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelFileError(
            f"'{path}' is no model that can be built: {said[0]}. Save it again, with the "
            "libraries that are installed here."
        ) from error
    raise ModelFileError(
        f"'{path}' holds types that no model of autometa has: {unknown}. It was not loaded."
    )


def types_not_saved(labels: npt.NDArray[Any]) -> list[str]:
    """Return the names of types of labels that no saved model can hold, as the user's own."""
    if labels.dtype != object or all(type(label) is str for label in labels):
        return []
    import skops.io

    found = set(skops.io.get_untrusted_types(data=skops.io.dumps(labels))) - trusted_types()
    return sorted(name.rpartition(".")[2] for name in found)


def _library_errors() -> tuple[type[Exception], ...]:
    """Return what libraries raise of models they cannot read, in classes of their own."""
    paths = [path.rpartition(".") for a in every_algorithm() for path in a.read_errors]
    kinds = (getattr(sys.modules.get(module), name, None) for module, _, name in paths)
    return tuple(kind for kind in kinds if isinstance(kind, type))


def _check(path: Path, content: bytes) -> None:
    """Raise unless the content is whole, and may be given to the libraries that build models."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive, len(content))
            manifest = parse_json(archive.read(MANIFEST))
            digest = _digest(archive)
            if not isinstance(manifest, dict) or not isinstance(manifest.get("schema"), int):
                raise ValueError("its manifest names no schema")
            if manifest["schema"] > SCHEMA_VERSION:
                raise ModelFileError(
                    f"'{path}' was written by a newer autometa: it has schema "
                    f"{manifest['schema']}, this one reads up to {SCHEMA_VERSION}. Update autometa."
                )
            if manifest.get("sha256") != digest:
                raise ModelFileError(
                    f"'{path}' is damaged: its checksum differs from the one written with it. "
                    "Save the model again, or fetch another copy."
                )
            check_boosters(json.loads(archive.read(SCHEMA)))
    except ModelFileError:
        raise
    except (*PARSE_ERRORS, OSError) as error:
        raise ModelFileError(
            f"'{path}' must be a model written by TuneResult.save. It is another file, or "
            f"damaged: {error or type(error).__name__}."
        ) from error
