"""The catalogue: name -> meta-feature, filled at import, read-only afterwards.

A *measure* is a pure function whose parameters are named after what it needs of a
dataset (attributes of `metafeatures._dataset.Dataset`). It returns one number, one
number a column, or one number an output. Each number that leaves the package is a
*meta-feature*: the measure itself, or ``measure.summary``, or ``measure.output``.
"""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from metafeatures._entries import (
    Aliases,
    alias_of,
    bounds_of,
    definition_of,
    first_line,
    pymfe_alias,
    same_as_of,
    undefined_of,
)
from metafeatures.exceptions import (
    MetaFeatureClashError,
    MetaFeatureNotFoundError,
    MetaFeatureParameterError,
    MetaFeatureWarning,
)
from metafeatures.plugins import load_plugins

Family = Literal[
    "simple",
    "statistical",
    "information-theoretic",
    "landmarking",
    "model-based",
    "concept",
    "clustering",
    "complexity",
]
TaskType = Literal["binary", "multiclass", "regression"]
# "classification" leaves open which of the two: the target says it
AnyTaskType = Literal["binary", "multiclass", "classification", "regression"]
Cost = Literal["count", "columns", "pairs", "rows", "models"]

ROWS: Mapping[Cost, str] = MappingProxyType(
    {
        "count": "n_rows",
        "columns": "n_sampled_rows",
        "pairs": "n_paired_rows",
        "rows": "n_near_rows",
        "models": "n_landmark_rows",
    }
)

GROUP = "metafeatures.measures"  # of entry points
FAMILY_FILES = (
    "simple",
    "statistical",
    "location",
    "discriminant",
    "components",
    "target",
    "information",
    "nominal",
    "categories",
    "landmarking",
    "classic",
    "model_based",
    "concept",
    "clustering",
    "overlap",
    "neighborhood",
    "linearity",
    "network",
    "dimensionality",
    "balance",
    "smoothness",
)
FAMILIES: tuple[str, ...] = get_args(Family)
TASK_TYPES: tuple[str, ...] = get_args(TaskType)
CLASSIFICATION: frozenset[TaskType] = frozenset({"binary", "multiclass"})
REGRESSION: frozenset[TaskType] = frozenset({"regression"})
ANY_TASK: frozenset[TaskType] = CLASSIFICATION | REGRESSION

SUMMARIES: Mapping[str, Callable[[npt.NDArray[np.float64]], float]] = MappingProxyType(
    {
        "mean": lambda values: float(values.mean()),
        "sd": lambda values: float(values.std(ddof=1)) if values.size > 1 else float("nan"),
        "min": lambda values: float(values.min()),
        "q25": lambda values: float(np.quantile(values, 0.25)),
        "median": lambda values: float(np.median(values)),
        "q75": lambda values: float(np.quantile(values, 0.75)),
        "max": lambda values: float(values.max()),
        "range": lambda values: float(np.ptp(values)),
        "sum": lambda values: float(values.sum()),
    }
)
DEFAULT_SUMMARIES = ("mean", "sd", "min", "median", "max")


@dataclass(frozen=True, kw_only=True)
class MetaFeature:
    """One number of the vector, and all that the catalogue says of it."""

    name: str
    measure: str
    family: Family
    task_types: frozenset[TaskType]
    definition: str
    low: float
    high: float
    unit: str
    cost: Cost
    undefined: str
    rows: str
    same_as: str
    varies_with: tuple[str, ...]
    by_place: bool
    reference: str
    pymfe: str
    openml: str
    autosklearn: str
    differs: str


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One function, and the meta-features that its answer gives."""

    function: Callable[..., Any]
    needs: tuple[str, ...]
    outputs: Mapping[str, MetaFeature]
    is_summarised: bool

    @property
    def any_output(self) -> MetaFeature:
        """One of the outputs: family and cost are the same for all."""
        return next(iter(self.outputs.values()))

    def evaluate(self, dataset: object) -> dict[str, float]:
        """Return the value of each output on ``dataset``, by meta-feature name."""
        answer = self.function(**{need: getattr(dataset, need) for need in self.needs})
        if self.is_summarised:
            values = np.asarray(answer, dtype=np.float64)
            answer = _summaries(values[~np.isnan(values)], self.outputs)
        elif not isinstance(answer, Mapping):
            answer = {"": float(answer)}
        return {
            feature.name: float(answer[key])
            for key, feature in self.outputs.items()
            if key in answer
        }


def _summaries(values: npt.NDArray[np.float64], names: Iterable[str]) -> dict[str, float]:
    if values.size == 0:
        return dict.fromkeys(names, float("nan"))
    return {name: SUMMARIES[name](values) for name in names}


_measures: dict[str, Measure] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def register(
    *,
    family: Family,
    low: float = -np.inf,
    high: float = np.inf,
    unit: str = "",
    cost: Cost = "columns",
    task_types: frozenset[TaskType] = ANY_TASK,
    undefined: str = "",
    rows: str = "",
    same_as: Aliases = None,
    varies_with: tuple[str, ...] = (),
    summaries: tuple[str, ...] | None = None,
    outputs: Mapping[str, str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    outputs_of: Mapping[str, frozenset[TaskType]] | None = None,
    by_place: bool = False,
    reference: str = "",
    pymfe: Aliases = None,
    openml: Aliases = None,
    autosklearn: Aliases = None,
    differs: str = "",
) -> Callable[[Function], Function]:
    """Enter the decorated function in the catalogue under its own name.

    The function's parameters are named after what it needs of a dataset::

        @register(family="simple", low=0, unit="cells")
        def n_cells(n_rows, n_columns):
            '''Return the number of cells.'''
            return n_rows * n_columns

    A package of its own adds measures by an entry point of the group
    ``metafeatures.measures`` that leads to the module which defines them; every process
    sees those. One that a script registers is for this process, and for the workers that
    autometa starts from it.

    Parameters
    ----------
    family, low, high, unit, cost, task_types, reference
        What the catalogue says. The definition is the first line of the function's
        docstring: "Return ..." and a noun phrase.
    undefined : str, default=""
        When the value is NaN. Empty promises that it never is.
    rows : str, optional
        What of a dataset says how many rows are looked at, if not `ROWS` of ``cost`` does.
    same_as : str or mapping of output to str, optional
        Measure or meta-feature that is the same number up to a factor and a constant, on all
        tables or on tables of numbers. Only one of the two counts where tables are compared.
    varies_with : tuple of str, optional
        What changes the value though it changes nothing for most: ``units`` when a column
        is multiplied, ``offsets`` when something is added to it, ``target`` when the number
        to predict is multiplied or something is added to it.
    summaries : tuple of str, optional
        For a function that gives one value a column: the summaries of these that
        become meta-features. NaN columns are left out first.
    outputs : mapping of str to str, optional
        For a function that returns a mapping: its keys, and what each is.
    ranges : mapping of str to (low, high), optional
        Range of outputs that differs from ``low`` and ``high``.
    outputs_of : mapping of str to frozenset of str, optional
        Task types of outputs that differ from ``task_types``.
    by_place : bool, default=False
        Whether the value may change with the order of columns, and with the names of levels:
        of a category as indicators, the first level by name has none. Never with the order
        of rows.
    pymfe, openml, autosklearn : str or mapping of output to str, optional
        Name of the same definition elsewhere. pymfe names summaries as they are named
        here: one name stands for all.
    differs : str, default=""
        Whose definition of the same question differs, and how.

    Raises
    ------
    MetaFeatureParameterError
        If there is no such family.
    MetaFeatureClashError
        If there is a measure of that name.
    """
    if family not in FAMILIES:
        raise MetaFeatureParameterError(
            f"The 'family' of a measure must be one of {', '.join(FAMILIES)}. Got {family!r}."
        )

    def enter(function: Function) -> Function:
        measure = function.__name__
        definition = first_line(function)
        keys = summaries or outputs or ("",)
        features = {}
        for key in keys:
            bounds = (ranges or {}).get(key, bounds_of(key, low, high))
            features[key] = MetaFeature(
                name=f"{measure}.{key}" if key else measure,
                measure=measure,
                family=family,
                task_types=(outputs_of or {}).get(key, task_types),
                definition=definition_of(definition, key, outputs),
                low=bounds[0],
                high=bounds[1],
                unit=unit,
                cost=cost,
                undefined=undefined_of(undefined, key if summaries else ""),
                rows=rows or ROWS[cost],
                same_as=same_as_of(same_as, key),
                varies_with=varies_with,
                by_place=by_place,
                reference=reference,
                pymfe=pymfe_alias(pymfe, key if summaries else "", key),
                openml=alias_of(openml, key),
                autosklearn=alias_of(autosklearn, key),
                differs=differs,
            )
        if measure in _measures:
            raise MetaFeatureClashError(
                f"Two measures are named '{measure}': of {_measures[measure].function.__module__} "
                f"and of {function.__module__}. Rename one, or uninstall what adds it."
            )
        _measures[measure] = Measure(
            function=function,
            needs=tuple(inspect.signature(function).parameters),
            outputs=MappingProxyType(features),
            is_summarised=summaries is not None,
        )
        return function

    return enter


def measures() -> Mapping[str, Measure]:
    """Return all measures by name, in catalogue order; families register when imported.

    The order is that of the files, whichever was imported first; then come those of
    plug-ins and scripts, by module.
    """
    files = [f"metafeatures._families.{family}" for family in FAMILY_FILES]
    for file in files:
        import_module(file)
    _import_plugins()
    place = {file: i for i, file in enumerate(files)}

    def key(item: tuple[str, Measure]) -> tuple[int, str]:
        module = item[1].function.__module__
        return (place[module], "") if module in place else (len(files), module)

    return MappingProxyType(dict(sorted(_measures.items(), key=key)))


@cache
def _import_plugins() -> None:
    """Import the modules of plug-ins once; what a broken one had registered goes."""
    load_plugins(GROUP, MetaFeatureWarning, errors=(MetaFeatureClashError,))
    for name, measure in list(_measures.items()):
        if measure.function.__module__ not in sys.modules:  # its import failed further down
            del _measures[name]


def registered() -> list[Measure]:
    """Return the measures of this process alone: of no family of ours, of no plug-in."""
    points = {point.module for point in entry_points(group=GROUP)}
    return [
        measure
        for measure in _measures.values()
        if (module := measure.function.__module__) not in points
        and not module.startswith("metafeatures.")
    ]


def restore(measures: Iterable[Measure]) -> None:
    """Take over what `registered` gave in the process that started this one."""
    for measure in measures:
        _measures.setdefault(measure.any_output.measure, measure)


def metafeatures() -> dict[str, MetaFeature]:
    """Return all meta-features by name, in catalogue order."""
    return {
        feature.name: feature
        for measure in measures().values()
        for feature in measure.outputs.values()
    }


def check_names(wanted: Iterable[str], names: Iterable[str], what: str) -> None:
    """Raise `MetaFeatureNotFoundError` unless `names` holds every wanted one."""
    names = list(names)
    unknown = [name for name in wanted if name not in set(names)]
    if not unknown:
        return
    close = difflib.get_close_matches(str(unknown[0]), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    rest = (
        f" Available: {', '.join(map(repr, names))}."
        if len(names) <= 10
        else f" list_metafeatures() gives all {len(names)} names."
    )
    raise MetaFeatureNotFoundError(
        f"Unknown {what}: {unknown}.{hint}{rest}", name=str(unknown[0]), suggestions=close
    )
