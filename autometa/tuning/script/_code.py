"""script(): a fitted pipeline as plain scikit-learn source that rebuilds it.

The columns of the cleaner are written out, and each estimator as the call
that makes it; nothing of autometa is imported by the script.
"""

from __future__ import annotations

import inspect
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.model_selection import FixedThresholdClassifier, KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    QuantileTransformer,
    StandardScaler,
)

from autometa.algorithms import SparseCleaner, TableCleaner
from autometa.algorithms._encoding import NewGapImputer
from autometa.algorithms._target import ClassEncoder, LogScaler, PositiveScaler
from autometa.algorithms._text import MAX_TEXT_ROWS
from autometa.exceptions import ParameterError
from autometa.tables._weights import DIGITS
from autometa.tuning.final_model._class_weights import ClassWeightedClassifier
from autometa.tuning.script._code_reading import reading
from autometa.tuning.script._code_template import (
    AS_DATES,
    COUNTED,
    FILL_GAPS,
    IN_UNITS,
    PREPARE,
    TEMPLATE,
    WEIGHTED,
)
from autometa.tuning.script._code_together import kept_together
from metafeatures.columns import source_of_dates

INDENT = "    "
WIDTH = 96
OWN_CLASSES = (ClassWeightedClassifier, LogScaler, PositiveScaler)  # that a script has in full
NO_DEFAULT: Any = inspect.Parameter.empty


class Imports:
    """The names a script uses, by module."""

    def __init__(self, is_weighted: bool = False) -> None:
        self.is_weighted = is_weighted
        self.names: dict[str, set[str]] = defaultdict(set)

    def use(self, kind: type) -> str:
        """Take note of a class and return its name."""
        self.names[_public_module(kind)].add(kind.__name__)
        return kind.__name__

    def lines(self) -> str:
        """Return the import statements."""
        return "\n".join(
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self.names.items())
        )


def _public_module(kind: type) -> str:
    """Return the outermost module that has a class: the one its library documents."""
    parts = kind.__module__.split(".")
    outer = (".".join(parts[:end]) for end in range(1, len(parts)))
    has_it = (m for m in outer if getattr(sys.modules.get(m), kind.__name__, None) is kind)
    return next(has_it, kind.__module__)


def script(
    pipeline: Pipeline,
    source: str,
    target: str,
    summary: str,
    encoding: str | None = None,
    validation: Mapping[str, Any] | None = None,
    weights: str | None = None,
    *,
    is_weighted: bool = True,
) -> str:
    """Return the source of a script that reads ``source`` and rebuilds ``pipeline``.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, as `tune` returns it.
    source : str
        A file, ``sklearn:NAME`` or ``openml:ID``.
    target : str
    summary : str
        What the head of the script says of the pipeline's score.
    encoding : str or None
        Of ``source``; None reads it from the file.
    validation : mapping or None
        How rows were held out, as a result of `tune` says it.
    weights : str or None
        The column with what each row counts for.
    is_weighted : bool, default=True
        Whether rows that count do so for different weights.
    """
    is_weighted = is_weighted and weights is not None
    imports = Imports(is_weighted)
    cleaner = pipeline[0]
    if isinstance(cleaner, SparseCleaner):
        raise ParameterError(
            "Scripts read tables from files. This pipeline was fitted on a sparse matrix; save it "
            "with result.save(path) instead."
        )
    model = pipeline[1] if len(pipeline) == 2 else Pipeline(pipeline.steps[1:])
    expression = _call(model, imports, 1)
    own = _own_classes(expression, imports)
    numbers = [*_numeric_columns(pipeline, target), *([weights] if weights else [])]
    table = reading(source, numbers, encoding)
    for module, names in table.imports.items():
        imports.names[module] |= names
    dates = {name: (cleaner.orders_[name],) for name in cleaner.zones_}
    together = kept_together(validation or {}, expression, is_classifier, dates, is_weighted)
    weighted = _weighted(weights, model, imports) if is_weighted else _counted(weights)
    taken = (
        "table, weights = weighted_rows(table)" if is_weighted else "table = rows_that_count(table)"
    )
    return TEMPLATE.format(
        imports=imports.lines(),
        rows=f"    {taken}\n" if weights else "",
        summary=summary.replace('"', "'"),
        target=repr(target),
        read=table.expression,
        columns=_columns(cleaner),
        prepare=table.definitions
        + _prepare(cleaner)
        + (FILL_GAPS if "fill_gaps" in expression else "")
        + own
        + weighted,
        model=expression,
        together=together.definitions,
        fit=together.fit,
        labels="table[TARGET]"
        if is_classifier(model)
        else 'pd.to_numeric(table[TARGET]).astype("float64")',
    )


def _weighted(column: str | None, model: Any, imports: Imports) -> str:
    """Return the source of what fits weighted rows, where a column has weights."""
    if column is None:
        return ""
    imports.use(Pipeline)
    decides = isinstance(model, FixedThresholdClassifier | ClassWeightedClassifier)
    return WEIGHTED.format(column=column, digits=DIGITS, decides=decides)


def _counted(column: str | None) -> str:
    """Return the source of what leaves rows out, where a column says which."""
    return "" if column is None else COUNTED.format(column=column)


def _own_classes(expression: str, imports: Imports) -> str:
    """Return the source of the classes that are autometa's, those that a model is made of."""
    used = [kind for kind in OWN_CLASSES if f"{kind.__name__}(" in expression]
    return "".join(_source_of(kind, imports) for kind in used)


def _source_of(kind: type, imports: Imports) -> str:
    for base in kind.__bases__:
        imports.use(base)
    source = inspect.getsource(kind).replace("  # type: ignore[misc]", "")
    source = source.replace(": Any = ", "=")
    for annotation in (": Any", " -> Any", " -> Self", " -> None", " -> bool", ": Sequence[float]"):
        source = source.replace(annotation, "")  # types would need imports that nothing uses
    return f"\n\n{source}\n"


def _numeric_columns(pipeline: Pipeline, target: str) -> list[str]:
    """Return the columns that a file of text must give as numbers, the target among them."""
    names = [name for name, kind in pipeline[0].kinds_.items() if kind == "numeric"]
    classes = getattr(pipeline, "classes_", None)
    return names if classes is not None and classes.dtype.kind not in "iuf" else [*names, target]


def _prepare(cleaner: TableCleaner) -> str:
    """Return the functions that clean a table; those for dates only where there are some."""
    prepare = PREPARE.replace("{max_text_rows}", str(MAX_TEXT_ROWS))
    prepare = prepare.replace("{in_units}", IN_UNITS if cleaner.units_ else "")
    return f"{source_of_dates()}\n\n\n{AS_DATES}{prepare}" if cleaner.zones_ else prepare


def _columns(cleaner: TableCleaner) -> str:
    """Return the assignments that name the columns by kind, and those that are kept."""
    by_kind = {
        kind: [name for name, own in cleaner.kinds_.items() if own == kind]
        for kind in ("numeric", "text", "presence")
    }
    dates = {name: (cleaner.orders_[name], zone) for name, zone in cleaner.zones_.items()}
    truth = [name for name, family in cleaner.families_.items() if family in ("boolean", "truth")]
    columns = dict(zip(cleaner.feature_names_out_, cleaner.pieces_, strict=True))
    return "\n".join(
        [
            f"NUMBERS = {_literal(by_kind['numeric'])}",
            f"DATES = {_literal(dates)}  # order of day and month, time zone",
            f"TEXTS = {_literal(by_kind['text'])}",
            f"PRESENCE = {_literal(by_kind['presence'])}  # columns with one value, and gaps",
            f"LEVELS = {_literal(cleaner.levels_)}",
            f"TRUTH = {_literal(truth)}  # levels that are true and false",
            f"COLUMNS = {_literal(columns)}  # what the models see, and what it is made of",
            *([f"UNITS = {_literal(cleaner.units_)}  # origin and unit"] if cleaner.units_ else []),
        ]
    )


def _call(value: Any, imports: Imports, depth: int) -> str:
    """Return source that makes ``value`` anew, unfitted."""
    if isinstance(value, ColumnTransformer):
        return _column_transformer(value, imports, depth)
    if isinstance(value, Pipeline):
        steps = [
            _tuple([repr(name), _call(step, imports, depth + 2)]) for name, step in value.steps
        ]
        learns = imports.is_weighted and hasattr(value.steps[-1][1], "predict")
        kind = "WeightedPipeline" if learns else imports.use(Pipeline)
        return _make(kind, [_list(steps, depth + 1)], depth)
    if isinstance(value, VotingClassifier | VotingRegressor):
        return _vote(value, imports, depth)
    if isinstance(value, ClassWeightedClassifier):
        arguments = [
            _call(value.estimator, imports, depth + 1),
            f"class_weights={value.class_weights!r}",
        ]
        return _make(ClassWeightedClassifier.__name__, arguments, depth)
    if isinstance(value, NewGapImputer):
        return _filling(value, imports, depth)
    if isinstance(value, ClassEncoder):  # the vote numbers the classes already
        return _call(value.classifier, imports, depth)
    if isinstance(value, QuantileTransformer):
        values = value.get_params(deep=False) | {"n_quantiles": int(value.n_quantiles_)}
        return _estimator(QuantileTransformer, values, imports, depth)
    if isinstance(value, OneHotEncoder):
        return _estimator(OneHotEncoder, value.get_params(deep=False), imports, depth)
    if isinstance(value, LogScaler | PositiveScaler):
        return f"{type(value).__name__}()"
    if isinstance(value, StandardScaler):  # a target's too: other digits of XGBoost's at most
        return _estimator(StandardScaler, value.get_params(deep=False), imports, depth)
    if isinstance(value, KFold | StratifiedKFold):
        imports.use(type(value))
        return repr(value)
    if isinstance(value, BaseEstimator) or hasattr(value, "get_params"):
        params = value.get_params() if "catboost" in type(value).__module__ else None
        return _estimator(type(value), params or value.get_params(deep=False), imports, depth)
    if isinstance(value, np.generic):
        value = value.item()
    return "np.nan" if isinstance(value, float) and np.isnan(value) else repr(value)


def _estimator(kind: type, values: dict[str, Any], imports: Imports, depth: int) -> str:
    parameters = inspect.signature(kind).parameters
    defaults = {name: p.default for name, p in parameters.items()}
    given = {
        name: value
        for name, value in values.items()
        if not _is_default(value, defaults.get(name, NO_DEFAULT)) and not name.startswith("_")
    }
    arguments = [f"{name}={_call(value, imports, depth + 1)}" for name, value in given.items()]
    return _make(imports.use(kind), arguments, depth)


def _is_default(value: Any, default: Any) -> bool:
    if default is NO_DEFAULT:  # a parameter behind **kwargs: unset where it says nothing
        return value is None or (isinstance(value, float) and np.isnan(value))
    if isinstance(value, float) and np.isnan(value):
        return isinstance(default, float) and np.isnan(default)
    if value is None or isinstance(value, bool | int | float | str | type):
        return type(value) is type(default) and bool(value == default)
    return False


def _filling(value: NewGapImputer, imports: Imports, depth: int) -> str:
    """Return a transformer that fills gaps with what the imputer learnt."""
    if not value.fills_:
        return repr("passthrough")
    values = f'kw_args={{"values": {_literal(value.fills_)}}}'
    arguments = ["fill_gaps", values, 'feature_names_out="one-to-one"']
    return _make(imports.use(FunctionTransformer), arguments, depth)


def _column_transformer(value: ColumnTransformer, imports: Imports, depth: int) -> str:
    steps = []
    unfitted = {name: step for name, step, _ in value.transformers}
    for name, fitted, columns in value.transformers_:
        if name == "remainder" or not len(columns):
            continue
        step = unfitted[name] if isinstance(unfitted[name], str) else fitted
        made = repr(step) if isinstance(step, str) else _call(step, imports, depth + 2)
        steps.append(_tuple([repr(name), made, _literal(list(columns))]))
    arguments = [_list(steps, depth + 1), "verbose_feature_names_out=False"]
    made = _make(imports.use(ColumnTransformer), arguments, depth)
    wants_pandas = getattr(value, "_sklearn_output_config", {}).get("transform") == "pandas"
    return made + ('.set_output(transform="pandas")' if wants_pandas else "")


def _vote(value: VotingClassifier | VotingRegressor, imports: Imports, depth: int) -> str:
    is_classifier = isinstance(value, VotingClassifier)
    if not is_classifier and len(value.estimators) == 1:  # labels need a vote, numbers none
        return _call(value.estimators[0][1], imports, depth)
    members = [
        _tuple([repr(name), _call(member, imports, depth + 2)]) for name, member in value.estimators
    ]
    arguments = [_list(members, depth + 1)]
    if is_classifier:
        arguments.append('voting="soft"')
    arguments.append(f"weights={value.weights!r}")
    kind = VotingClassifier if is_classifier else VotingRegressor
    return _make(imports.use(kind), arguments, depth)


def _make(name: str, arguments: list[str], depth: int) -> str:
    flat = f"{name}({', '.join(arguments)})"
    if len(flat) + depth * len(INDENT) <= WIDTH and "\n" not in flat:
        return flat
    inner = INDENT * (depth + 1)
    body = "".join(f"{inner}{argument},\n" for argument in arguments)
    return f"{name}(\n{body}{INDENT * depth})"


def _list(items: list[str], depth: int) -> str:
    flat = f"[{', '.join(items)}]"
    if len(flat) + depth * len(INDENT) <= WIDTH and "\n" not in flat:
        return flat
    inner = INDENT * (depth + 1)
    return "[\n" + "".join(f"{inner}{item},\n" for item in items) + INDENT * depth + "]"


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)})"


def _literal(value: Any) -> str:
    """Return a list or dict of plain values as source."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(v) for v in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(_literal(v) for v in value) + ")"
    return repr(str(value) if isinstance(value, np.str_) else value)
