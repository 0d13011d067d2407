"""The part of a generated script that keeps rows together inside a fit, as `tune` did.

Calibration and target encoding split the rows they are given; the script has their splits
keep whole groups, or stretches of time, by the same functions, which it contains.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autometa.validation import _group_folds, _time_folds
from autometa.validation._gap import Gap, read_gap

PLAIN = "make_model().fit(X, y)"
WEIGHTED = "fit_weighted(make_model(), X, y, weights)"

# Fewer folds are tried where a training part would lack a class, and the model's own splits stay
# where even two would: as `tune` does inside its fits.
TOGETHER = '''
import warnings

{functions}

def together(table):
    """Return by row what it belongs to inside a fit."""
    return {belonging}


def inner_splits(table, classes, n_folds):
    """Return splits of the training rows, each held out once; None where a class would lack."""
    rows = together(table)
    for n in range(n_folds, 1, -1):
        numbers = {numbers}
        if numbers is None or numbers.max() < 1:
            return None
        splits = [(np.flatnonzero(numbers != k), np.flatnonzero(numbers == k)) for k in
                  range(numbers.max() + 1)]
{apart}        n_classes = 0 if classes is None else len(np.unique(classes))
        if not n_classes or all(len(np.unique(classes[t])) == n_classes for t, _ in splits):
            return splits
    return None


def fit_together(model, X, y, table{weights}):
    """Fit a model whose inner splits keep together what belongs together."""
    classes = {classes}
    for name, value in model.get_params(deep=True).items():
        if name.rpartition("__")[2] == "cv" and value is not None:
            n_folds = value if isinstance(value, int) else value.get_n_splits()
            splits = inner_splits(table, classes, n_folds)
            model.set_params(**({{}} if splits is None else {{name: splits}}))
    return {fit}

'''


# A gap that would leave a fold without training rows is dropped for all folds, as inside the fits
# of `tune`.
APART = """\
        apart = [(beside(rows, test, Gap), test) for _, test in splits]
        splits = apart if all(len(train) for train, _ in apart) else splits
"""

# `beside` reads two attributes of a gap; its class would bring its checks along.
GAP = """

class Gap:
    \"\"\"What is left out between training and held-out rows: time, or a number of rows.\"\"\"

    time, rows = {time!r}, {rows!r}

"""


@dataclass(frozen=True, kw_only=True)
class Together:
    """What stands in a script for the rows that are kept together.

    Attributes
    ----------
    definitions : str
        What stands before the fit.
    fit : str
        What fits the model.
    """

    definitions: str = ""
    fit: str = PLAIN


def kept_together(
    validation: Mapping[str, Any],
    expression: str,
    is_classifier: bool,
    dates: Mapping[str, Any],
    is_weighted: bool = False,
) -> Together:
    """Return how a script fits its model.

    Parameters
    ----------
    validation : mapping
        Of a result of `tune`.
    expression : str
        What makes the model; without a splitter in it there is nothing to keep together.
    is_classifier : bool
    dates : mapping
        The columns that the script reads as dates.
    is_weighted : bool, default=False
        Whether the fit is given weights.
    """
    weights = ", weights" if is_weighted else ""
    belonging = _belonging(validation, dates)
    if belonging is None or "cv=" not in expression:
        return Together(fit=WEIGHTED if is_weighted else PLAIN)
    is_by_time = validation["kind"] == "time"
    gap = _gap(validation, dates) if is_by_time else Gap()
    functions = _functions_of_time(gap) if is_by_time else _functions()
    # one group alone cannot be held out
    numbers = (
        "block_numbers(rows, n)"
        if is_by_time
        else "group_numbers(rows, classes, min(n, rows.max() + 1)) if rows.max() else None"
    )
    return Together(
        definitions=TOGETHER.format(
            functions=functions.strip() + "\n",
            belonging=belonging,
            numbers=numbers,
            apart=APART if gap else "",
            weights=weights,
            fit=f"fit_weighted(model, X, y{weights})" if is_weighted else "model.fit(X, y)",
            classes="np.unique(y, return_inverse=True)[1]" if is_classifier else "None",
        ),
        fit=f"fit_together(make_model(), X, y, table{weights})",
    )


def _belonging(validation: Mapping[str, Any], dates: Mapping[str, Any]) -> str | None:
    """Return what gives the group or the time of each row; None where no column says it."""
    kind, name = validation.get("kind"), validation.get("groups")
    if kind == "time":
        name = validation.get("timestamps")
        if name is None:
            return None
        column = f"table[{name!r}]"
        return (
            f"to_stamps({column}, {dates[name][0]!r}).array.as_unit('ns').asi8"
            if name in dates
            else column
        )
    if name is None or kind in ("shuffled", "stratified"):
        return None
    return f"np.unique(table[{name!r}], return_inverse=True)[1]"


def _gap(validation: Mapping[str, Any], dates: Mapping[str, Any]) -> Gap:
    """Return the gap in the unit that the script has times in."""
    of_dates = validation.get("timestamps") in dates
    return read_gap(validation.get("gap"), of_dates=of_dates, has_timestamps=True)


def _functions_of_time(gap: Gap) -> str:
    """Return the source of the functions that make stretches of time, a gap apart."""
    used: list[Callable[..., Any]] = [
        _time_folds.block_numbers,
        *([_time_folds.before, _time_folds.beside] if gap else []),
    ]
    sources = "\n\n".join(inspect.getsource(function) for function in used)
    return sources + (GAP.format(time=gap.time, rows=gap.rows) if gap else "")


def _functions() -> str:
    """Return the source of the functions that make folds of groups."""
    source = inspect.getsource(_group_folds)
    imports = [n for n in ast.parse(source).body if isinstance(n, ast.Import | ast.ImportFrom)]
    return "\n".join(source.splitlines()[imports[-1].end_lineno :])
