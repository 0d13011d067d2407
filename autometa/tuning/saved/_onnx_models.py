"""Fitted estimators as ONNX operators, by the converter of their library."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler

from autometa.algorithms._target import ClassEncoder, LogScaler
from autometa.tuning.saved._onnx_graph import ML, ML_OPSET, OPSET, Graph

TARGET_OPSET = {"": OPSET, ML: ML_OPSET}
BOOSTER_OPSET = 15  # the latest that onnxmltools writes
TREES = ("sklearn.tree.", "sklearn.ensemble._forest")


def add_model(graph: Graph, model: Any, value: str, n_columns: int, has_gaps: bool) -> str:
    """Add a fitted model; return its probabilities or, of a regressor, its predictions.

    Whatever the converter of a library raises says that it cannot. ``has_gaps`` says whether
    the model was fitted on missing numbers.
    """
    if has_gaps and type(model).__module__.startswith(TREES):
        raise NotImplementedError("its trees send gaps their own way, which would be lost")
    if isinstance(model, TransformedTargetRegressor):
        scaler = model.transformer_
        if not isinstance(scaler, StandardScaler) or isinstance(scaler, LogScaler):
            raise NotImplementedError(f"the target is transformed by {type(scaler).__name__}")
        inner = add_model(graph, model.regressor_, value, n_columns, has_gaps)
        scaled = graph.add("Mul", inner, graph.constant(scaler.scale_))
        return graph.add("Add", scaled, graph.constant(scaler.mean_))
    if isinstance(model, ClassEncoder):
        return add_model(graph, model.classifier_, value, n_columns, has_gaps)
    library = type(model).__module__.partition(".")[0]
    convert = CONVERTERS.get(library)
    if convert is None:
        raise NotImplementedError(f"there is no converter for {type(model).__name__}")
    part, output, dtype = convert(model, n_columns)
    made = graph.include(part, graph.cast(value, dtype), output)
    shape = graph.constant(np.array([-1, _n_outputs(model)], np.int64))
    return graph.add("Reshape", graph.cast(made, np.float64), shape)


def _n_outputs(model: Any) -> int:
    return len(model.classes_) if is_classifier(model) else 1


def _sklearn(model: Any, n_columns: int) -> tuple[Any, str, type]:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    is_single = type(model).__name__ == "SVR"  # whose operator the runtime has in single precision
    kind, dtype = (FloatTensorType, np.float32) if is_single else (DoubleTensorType, np.float64)
    options = {"zipmap": False} if is_classifier(model) else None
    part = convert_sklearn(
        model,
        initial_types=[("X", kind([None, n_columns]))],
        options=options,
        target_opset=TARGET_OPSET,
    )
    return part, part.graph.output[-1].name, dtype


def _lightgbm(model: Any, n_columns: int) -> tuple[Any, str, type]:
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    part = convert_lightgbm(
        model,
        initial_types=[("X", FloatTensorType([None, n_columns]))],
        target_opset=BOOSTER_OPSET,
        zipmap=False,
    )
    return part, part.graph.output[-1].name, np.float32


def _xgboost(model: Any, n_columns: int) -> tuple[Any, str, type]:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    model = copy.deepcopy(model)
    model.get_booster().feature_names = None  # the converter reads numbers of columns alone
    part = convert_xgboost(
        model, initial_types=[("X", FloatTensorType([None, n_columns]))], target_opset=BOOSTER_OPSET
    )
    return part, part.graph.output[-1].name, np.float32


def _catboost(model: Any, n_columns: int) -> tuple[Any, str, type]:
    import onnx

    with tempfile.TemporaryDirectory(prefix="autometa-") as folder:
        path = Path(folder) / "model.onnx"
        model.save_model(str(path), format="onnx")
        part = onnx.load(str(path))
    maps = [node for node in part.graph.node if node.op_type == "ZipMap"]
    for node in maps:  # probabilities as a dictionary a row, which no operator takes
        part.graph.node.remove(node)
    output = maps[0].input[0] if maps else part.graph.output[-1].name
    return part, output, np.float32


CONVERTERS: dict[str, Callable[[Any, int], tuple[Any, str, type]]] = {
    "sklearn": _sklearn,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}
