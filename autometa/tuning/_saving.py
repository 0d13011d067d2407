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
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sklearn.pipeline import Pipeline

from autometa.exceptions import ModelFileError

MANIFEST = "autometa.json"
SCHEMA_VERSION = 1
LIBRARIES = ("autometa", "scikit-learn", "lightgbm", "numpy", "pandas", "skops")

TRUSTED_TYPES = frozenset(
    {
        "autometa.algorithms._cleaning.TableCleaner",
        "autometa.algorithms._encoding.FewLevels",
        "autometa.algorithms._encoding.ManyLevels",
        "autometa.algorithms._encoding.LevelColumns",
        "autometa.algorithms._encoding.NormalScores",
        "autometa.algorithms._target.ClassEncoder",
        "catboost.core.CatBoostClassifier",
        "catboost.core.CatBoostRegressor",
        "collections.OrderedDict",
        "functools.partial",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
        "numpy.dtype",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.compose._column_transformer.make_column_selector",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.model_selection._split.KFold",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
        "sklearn.utils.validation.check_array",
        "xgboost.core.Booster",
        "xgboost.sklearn.XGBClassifier",
        "xgboost.sklearn.XGBRegressor",
    }
)


def save_model(
    pipeline: Pipeline, path: str | os.PathLike[str], about: Mapping[str, Any] | None = None
) -> None:
    """Write a fitted pipeline to ``path``, whole or not at all.

    Parameters
    ----------
    pipeline : Pipeline
        Of types that autometa builds.
    path : path
        An existing file is replaced once the new one is complete.
    about : dict, optional
        Kept beside the model, as JSON.
    """
    import skops.io

    content = skops.io.dumps(pipeline)
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        manifest = {
            "schema": SCHEMA_VERSION,
            "sha256": _digest(archive),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {name: version(name) for name in LIBRARIES},
            "about": dict(about or {}),
        }
        archive.writestr(MANIFEST, json.dumps(manifest, default=str))
    _write(Path(path), file.getbuffer())


def _digest(archive: zipfile.ZipFile) -> str:
    """Hash the names and contents of all entries but the manifest."""
    digest = hashlib.sha256()
    for name in sorted(set(archive.namelist()) - {MANIFEST}):
        content = archive.read(name)
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _write(path: Path, content: Any) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_model(path: str | os.PathLike[str]) -> Pipeline:
    """Return the fitted pipeline that `TuneResult.save` wrote.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or holds types that
        autometa does not build.
    """
    import skops.io

    content = Path(path).read_bytes()
    _check(Path(path), content)
    unknown = sorted(set(skops.io.get_untrusted_types(data=content)) - TRUSTED_TYPES)
    if unknown:
        raise ModelFileError(
            f"'{path}' holds types that no model of autometa has: {unknown}. It was not loaded."
        )
    return skops.io.loads(content, trusted=sorted(TRUSTED_TYPES))


def _check(path: Path, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            digest = _digest(archive)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError) as error:
        raise ModelFileError(
            f"'{path}' must be a model written by TuneResult.save. It is another file, or damaged."
        ) from error
    if manifest.get("schema", 0) > SCHEMA_VERSION:
        raise ModelFileError(f"'{path}' was written by a newer autometa; update autometa.")
    if manifest.get("sha256") != digest:
        raise ModelFileError(
            f"'{path}' is damaged: its checksum differs from the one written with it. "
            "Save the model again, or fetch another copy."
        )
