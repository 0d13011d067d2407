"""Fitted pipelines as ONNX files, which run without Python: cleaner, encoders, models and vote.

A file is written once it predicts for some rows of the table what the pipeline does.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from autometa.algorithms import TableCleaner
from autometa.algorithms._few_rows import levels_out
from autometa.algorithms._levels import as_truth, labels
from autometa.exceptions import OutputError
from autometa.tables import plain_table
from autometa.tuning.final_model._assemble import levels_of
from autometa.tuning.saved._onnx_file import ENDING, check_converters
from autometa.tuning.saved._onnx_graph import Graph
from autometa.tuning.saved._onnx_models import add_model
from autometa.tuning.saved._onnx_steps import add_cleaner, add_encoder, has_gaps
from autometa.tuning.saved._outputs import write_whole
from metafeatures.columns import to_numeric

# Trees of ONNX compare single precision: that is what may differ, and a wrong leaf differs more.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
DRAWN_ROWS, GAP_SHARE = 100, 0.1  # that are checked beside the sample
MAX_EDGES = 0.02  # of drawn rows may be on the edge of two leaves


def save_onnx(
    pipeline: Pipeline,
    path: str | os.PathLike[str],
    *,
    about: Mapping[str, Any],
    sample: pd.DataFrame | None,
) -> None:
    """Write a fitted pipeline as ONNX, whole or not at all.

    Raises
    ------
    OutputError
        If a column or a member has no such form, the file cannot be written, or it predicts
        something else than the pipeline.
    """
    check_converters(path)
    model = to_onnx(pipeline)
    for key in ("metric", "score"):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(about.get(key, ""))
    content = model.SerializeToString()
    said = "" if sample is None else _what_differs(content, pipeline, sample)
    if said:
        raise OutputError(
            f"{_culprit(pipeline, sample)} does not convert to ONNX: {said}. Nothing was written; "
            f"save with a name without '{ENDING}'."
        )
    write_whole(path, content)


def to_onnx(pipeline: Pipeline) -> Any:
    """Return a fitted pipeline as an ONNX model.

    Its inputs are the columns of the table that are used, each of shape (n_rows, 1); its
    outputs ``label`` and ``probabilities``, or ``prediction``.
    """
    from onnx import TensorProto, helper

    cleaner, decided = pipeline[0], pipeline[-1]
    if not isinstance(cleaner, TableCleaner):
        raise OutputError(
            "ONNX is written of pipelines for tables that are not sparse, as 'tune' returns them. "
            "Save this one with a name without '.onnx'."
        )
    vote = _vote_of(pipeline)
    graph = Graph()
    value = add_cleaner(graph, cleaner)
    encoded: dict[int, str | None] = {}  # members share encoders
    made = [
        _member(graph, name, model, value, cleaner, encoded)
        for (name, _), model in zip(vote.estimators, vote.estimators_, strict=True)
    ]
    mean = _mean(graph, made, vote.weights)
    if not hasattr(vote, "classes_"):
        flat = graph.add("Reshape", mean, graph.constant(np.array([-1], np.int64)))
        graph.rename(flat, "prediction")
        out = helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, [None])
        return graph.model([out])
    classes = _constant_classes(vote.classes_)
    weights = _class_weights(decided, len(classes))
    weighed = mean if weights is None else graph.add("Mul", mean, graph.constant(weights))
    best = graph.add("ArgMax", weighed, axis=1, keepdims=0)
    label = graph.add("Gather", graph.constant(classes), best, axis=0)
    graph.rename(label, "label")
    graph.rename(mean, "probabilities")
    kind = helper.np_dtype_to_tensor_dtype(classes.dtype)
    return graph.model(
        [
            helper.make_tensor_value_info("label", kind, [None]),
            helper.make_tensor_value_info(
                "probabilities", TensorProto.DOUBLE, [None, len(classes)]
            ),
        ]
    )


def _member(
    graph: Graph,
    name: str,
    model: Any,
    value: str,
    cleaner: TableCleaner,
    encoded: dict[int, str | None],
) -> str:
    """Add the encoder and the model of a member."""
    levels = levels_of(cleaner)
    reason: object
    try:
        encoder, estimator = model[0], model[-1]
        if id(encoder) not in encoded:
            encoded[id(encoder)] = add_encoder(
                graph, encoder, value, cleaner.feature_names_out_, levels
            )
        matrix = encoded[id(encoder)]
        if matrix is not None:
            n_columns = len(levels_out(encoder, levels))
            return add_model(graph, estimator, matrix, n_columns, has_gaps(encoder))
        reason = "its encoding has no operators in ONNX"
    except OutputError:
        raise
    except Exception as error:  # converters raise whatever they like of what they cannot convert
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = lines[0].rstrip(".")
    raise OutputError(
        f"The member '{name}' does not convert to ONNX: {reason}. Save with a name without "
        f"'{ENDING}', or tune with other 'algorithms'."
    )


def _mean(graph: Graph, values: list[str], weights: list[float]) -> str:
    total = sum(weights)
    weighed = [
        graph.add("Mul", value, graph.constant(np.float64(weight / total)))
        for value, weight in zip(values, weights, strict=True)
    ]
    return graph.add("Sum", *weighed)


def _class_weights(decided: Any, n_classes: int) -> Any:
    """Return what the probability of each class counts in the choice of a label, None for alike.

    A threshold t is as good as weights 1 / t and 1 / (1 - t).
    """
    if hasattr(decided, "class_weights"):
        return np.asarray(decided.class_weights, "float64")
    threshold = getattr(decided, "threshold", None)
    if not isinstance(threshold, int | float):
        return None
    share = float(np.clip(threshold, 1e-12, 1 - 1e-12))
    positive = decided.classes_.tolist().index(decided.pos_label)
    weights = np.full(n_classes, 1 / (1 - share))
    weights[positive] = 1 / share
    return weights


def _constant_classes(classes: Any) -> Any:
    labels_of = np.asarray(classes)
    if labels_of.dtype.kind in "biuf":
        return labels_of
    if all(isinstance(label, str) for label in labels_of.tolist()):
        return labels_of.astype(object)
    raise OutputError(
        "ONNX takes class labels that are all text or all numbers. Got "
        f"{labels_of[:3].tolist()}; give them one type, or save without '{ENDING}'."
    )


def onnx_inputs(pipeline: Pipeline, X: pd.DataFrame) -> dict[str, Any]:
    """Return a table as the inputs of the ONNX model of a pipeline.

    Returns
    -------
    dict of str to ndarray of shape (n_rows, 1)
        By column: ``{"age": array([[31.0], ...])}``.
    """
    cleaner = pipeline[0]
    frame = plain_table(X)
    used = dict.fromkeys(source for source, _ in cleaner.pieces_)
    return {name: _cells(cleaner, name, frame[name]) for name in used}


def _cells(cleaner: TableCleaner, name: str, column: pd.Series[Any]) -> Any:
    if cleaner.kinds_[name] != "categorical":
        return to_numeric(column, "numeric").to_numpy("float64").reshape(-1, 1)
    texts = labels(column)
    if cleaner.families_[name] in ("boolean", "truth"):
        texts = as_truth(texts, numbers=cleaner.families_[name] == "boolean")
    return texts.where(texts.notna(), "").to_numpy(dtype=object).reshape(-1, 1)


def _what_differs(content: bytes, pipeline: Pipeline, sample: pd.DataFrame) -> str:
    """Say what the model predicts otherwise than the pipeline, with gaps as well; else nothing."""
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # an operator that the runtime does not have, in its own classes
        return str(error).strip().splitlines()[0].rstrip(".")
    ask = "predict_proba" if hasattr(pipeline, "classes_") else "predict"
    for rows, max_others in ((sample, 0.0), (_drawn(sample), MAX_EDGES)):
        given = session.run(None, onnx_inputs(pipeline, rows))[-1]
        expected = getattr(pipeline, ask)(rows)
        is_same = np.isclose(given, expected, rtol=RELATIVE, atol=ABSOLUTE)
        n_others = int((~is_same.reshape(len(rows), -1).all(axis=1)).sum())
        if n_others > max_others * len(rows):
            return f"it would predict something else for {n_others} of {len(rows)} rows"
    return ""


def _culprit(pipeline: Pipeline, sample: pd.DataFrame | None) -> str:
    """Return which members alone predict something else."""
    vote = _vote_of(pipeline)
    wrong = []
    for (name, _), model in zip(vote.estimators, vote.estimators_, strict=True):
        alone = copy.copy(vote)
        alone.estimators, alone.estimators_, alone.weights = [(name, model)], [model], [1.0]
        single = Pipeline([pipeline.steps[0], ("model", alone)])
        content = to_onnx(single).SerializeToString()
        if sample is None or _what_differs(content, single, sample):
            wrong.append(f"'{name}'")
    return f"The member {', '.join(wrong)}" if wrong else "The vote of the members"


def _vote_of(pipeline: Pipeline) -> Any:
    """Return the vote, which may stand within what decides on a label."""
    last = pipeline[-1]
    vote = last if hasattr(last, "estimators_") else getattr(last, "estimator_", None)
    vote = getattr(last, "estimator", None) if vote is None else vote
    if not hasattr(vote, "estimators_"):
        raise OutputError(
            f"ONNX is written of pipelines as 'tune' returns them. Got one that ends in "
            f"{type(last).__name__}; save it with a name without '{ENDING}'."
        )
    return vote


def _drawn(sample: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose cells are drawn from each column of a sample, with gaps between them."""
    rng = np.random.default_rng(0)
    columns = {}
    for name in sample:
        cells = sample[name].iloc[rng.integers(len(sample), size=DRAWN_ROWS)]
        cells = cells.reset_index(drop=True)
        columns[name] = cells.astype(object).where(rng.random(DRAWN_ROWS) > GAP_SHARE, None)
    return pd.DataFrame(columns).infer_objects()
