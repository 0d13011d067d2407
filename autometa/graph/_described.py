"""Nodes of datasets, tasks, families and metrics, in MLSea's terms and in ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from autometa.graph._names import Names, key_of
from autometa.graph._terms import Block, Pair, double, integer, literal, term, text

TYPE, LABEL, TITLE = term("rdf:type"), term("rdfs:label"), term("dcterms:title")
IDENTIFIER, DERIVED = term("dcterms:identifier"), term("prov:wasDerivedFrom")
VALUE, QUALITY, PART = term("mls:hasValue"), term("mls:hasQuality"), term("mls:hasPart")
KIND_OF_QUALITY = term("mlso:hasDataCharacteristicType")
METAFEATURE = term("autometa:metaFeature")

_IS_CLASSES = "binary", "multiclass", "classification"
# OpenML's qualities that MLSea has, by ours: it counts the target among the columns, we do not.
_QUALITIES = {
    "NumberOfInstances": ("number_of_instances", "number of instances"),
    "NumberOfFeatures": ("number_of_features", "number of features"),
    "NumberOfClasses": ("number_of_classes", "number of classes"),
    "NumberOfMissingValues": ("number_of_missing_values", "number of missing values"),
    "NumberOfInstancesWithMissingValues": (
        "number_of_instances_with_missing_values",
        "number of instances with missing values",
    ),
    "NumberOfNumericFeatures": ("number_of_numeric_features", "number of numeric features"),
    "NumberOfSymbolicFeatures": ("number_of_symbolic_features", "number of symbolic features"),
    "MajorityClassSize": ("majority_class_size", "majority class size"),
    "MinorityClassSize": ("minority_class_size", "minority class size"),
}
# MLSO's names of what scikit-learn's scorers measure.
_MEASURES = {
    "accuracy": "accuracy",
    "roc_auc": "area_under_curve",
    "f1": "f_measure",
    "matthews_corrcoef": "matthews_correlation_coefficient",
    "balanced_accuracy": "unweighted_recall",
    "neg_mean_absolute_error": "mean_absolute_error",
    "neg_root_mean_squared_error": "root_mean_squared_error",
    "precision": "precision",
    "recall": "recall",
}
# As in MLSea's tables of types. What is said by another name has no type there.
_PROCEDURES = {
    "cross-validation": "crossvalidation",
    "holdout": "holdout",
    "leave-one-out": "leave_one_out",
}


def identifier(name: str) -> str:
    """Return the literal of an id: OpenML's are whole numbers."""
    key = key_of(name)
    return integer(int(key)) if key != name or re.fullmatch(r"[1-9]\d*", key) else text(key)


def openml_qualities(values: Mapping[str, float], task_type: str) -> dict[str, float]:
    """Return those of OpenML's qualities that follow from our meta-features.

    Examples
    --------
    >>> openml_qualities({"n_rows": 150.0, "n_columns": 4.0}, "multiclass")
    {'NumberOfInstances': 150.0, 'NumberOfFeatures': 5.0}
    """

    def get(name: str) -> float:
        return values.get(name, float("nan"))

    is_classes, n_rows = task_type in _IS_CLASSES, get("n_rows")
    found = {
        "NumberOfInstances": n_rows,
        "NumberOfFeatures": get("n_columns") + 1,
        "NumberOfClasses": get("n_classes"),
        "NumberOfMissingValues": get("n_missing"),
        "NumberOfInstancesWithMissingValues": _count(get("missing_row_share") * n_rows),
        "NumberOfNumericFeatures": get("n_numeric") + (not is_classes),
        "NumberOfSymbolicFeatures": get("n_categorical") + is_classes,
        "MajorityClassSize": _count(get("class_share.max") * n_rows),
        "MinorityClassSize": _count(get("class_share.min") * n_rows),
    }
    return {name: value for name, value in found.items() if value == value}


def _count(product: float) -> float:
    """Return a share of rows as the number of rows that it came from."""
    return float(round(product)) if product == product else product


def dataset_blocks(
    naming: Names, task: Mapping[str, Any], values: Mapping[str, float]
) -> Iterator[Block]:
    """Yield a task's dataset: itself, its distribution, and its qualities."""
    task_id, name = task["task_id"], task["name"]
    dataset, distribution = naming.of("dataset", task_id), naming.of("distribution", task_id)
    given = {**openml_qualities(values, task["task_type"]), **values}
    known = {q: v for q, v in given.items() if double(v) is not None}
    qualities = {q: naming.within(dataset, "datasetCharacteristic", q) for q in known}
    has = [(QUALITY, iri) for iri in qualities.values()]
    yield (
        dataset,
        [
            (TYPE, term("mls:Dataset")),
            (TYPE, term("dcat:Dataset")),
            (LABEL, text(name)),
            (TITLE, text(name)),
            (IDENTIFIER, identifier(task_id)),
            (term("dcat:distribution"), distribution),
            (DERIVED, naming.of("family", task["family"])),
            *has,
        ],
    )
    yield (
        distribution,
        [
            (TYPE, term("dcat:Distribution")),
            (LABEL, text(f"{name} distribution")),
            *has,
        ],
    )
    for quality, iri in qualities.items():
        yield iri, _quality(naming, name, quality, known[quality])


def _quality(naming: Names, name: str, quality: str, value: float) -> list[Pair]:
    known = _QUALITIES.get(quality)
    kind = naming.of("metafeature", quality) if known is None else term(f"mlso-dc:{known[0]}")
    said = f"{name} dataset {quality if known is None else known[1]}"
    stated = double(value)
    assert stated is not None
    return [
        (TYPE, term("mls:DatasetCharacteristic")),
        (LABEL, text(said)),
        (KIND_OF_QUALITY, kind),
        (METAFEATURE, text(quality)),
        (VALUE, stated),
    ]


def metafeature_blocks(naming: Names, names: list[str]) -> Iterator[Block]:
    """Yield the meta-features that datasets are described by."""
    for name in names:
        yield (
            naming.of("metafeature", name),
            [
                (TYPE, term("autometa:MetaFeature")),
                (LABEL, text(name)),
            ],
        )


def family_blocks(naming: Names, families: list[str]) -> Iterator[Block]:
    """Yield the families that near-duplicates share."""
    for family in families:
        yield naming.of("family", family), [(TYPE, term("autometa:Family")), (LABEL, text(family))]


def task_blocks(
    naming: Names, task: Mapping[str, Any], said: Mapping[str, object], judge: str, split: str
) -> Iterator[Block]:
    """Yield a task and how it is evaluated.

    Parameters
    ----------
    naming : Names
    task : mapping
        A row of ``kb.tasks``.
    said : mapping
        What its runs say of it, by the names of our terms.
    judge : str
        The metric that judges it, "" where it has no score.
    split : str
        How its runs were scored, "" where nobody said.
    """
    task_id, key = task["task_id"], key_of(task["task_id"])
    iri = naming.task(task_id)
    kind = "Classification" if task["task_type"] in _IS_CLASSES else "Regression"
    own = {"taskType": task["task_type"], "target": task["target"], **said}
    stated = (
        (term(f"autometa:{name}"), literal(value)) for name, value in own.items() if value != ""
    )
    yield (
        iri,
        [
            (TYPE, term("mls:Task")),
            (LABEL, text(task["name"])),
            (TITLE, text(task["name"])),
            (IDENTIFIER, identifier(task_id)),
            (term("mls:definedOn"), naming.of("dataset", task_id)),
            (term("mlso:hasTaskType"), term(f"mlso-tt:Supervised_{kind}")),
            *([(term("autometa:measuredBy"), naming.measure(judge))] if judge else []),
            *((predicate, value) for predicate, value in stated if value is not None),
        ],
    )
    procedure = naming.of("evaluationProcedure", key)
    yield (
        naming.of("evaluationSpecification", key),
        [
            (TYPE, term("mls:EvaluationSpecification")),
            (LABEL, text(f"Task {key} Evaluation Specification")),
            (term("mls:defines"), iri),
            (PART, naming.of("evaluationMeasure", key)),  # which MLSea never describes
            *([(PART, naming.measure(judge))] if judge else []),
            (PART, procedure),
        ],
    )
    yield (
        procedure,
        [
            (TYPE, term("mls:EvaluationProcedure")),
            *([(LABEL, text(split))] if split else []),
            *(
                [(term("mlso:hasEvaluationProcedureType"), term(f"mlso-ep:{_PROCEDURES[split]}"))]
                if split in _PROCEDURES
                else []
            ),
        ],
    )


def measure_blocks(naming: Names, metrics: list[str]) -> Iterator[Block]:
    """Yield the metrics."""
    for metric in metrics:
        known = _MEASURES.get(metric)
        yield (
            naming.measure(metric),
            [
                (TYPE, term("mls:EvaluationMeasure")),
                (LABEL, text(metric)),
                *(
                    [(term("mlso:hasEvaluationMeasureType"), term(f"mlso-em:{known}"))]
                    if known
                    else []
                ),
            ],
        )
