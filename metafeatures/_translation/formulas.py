"""Evaluates the formulas by which meta-features follow from others.

Arithmetic on columns of numbers, with NaN for what is not known: whatever is computed
from NaN is NaN, comparisons included.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from metafeatures._arrays import Floats

Values = Mapping[str, Floats]

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.Pow: np.power,
        ast.USub: np.negative,
        ast.Eq: np.equal,
        ast.Gt: np.greater,
        ast.Lt: np.less,
    }
)
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "abs": np.abs,
        "exp": np.exp,
        "log": np.log,
        "log2": np.log2,
        "max": np.maximum,
        "min": np.minimum,
        "sqrt": np.sqrt,
    }
)


def evaluate(formula: str, values: Values) -> Floats:
    """Return the value of a formula; infinite results and impossible ones are NaN.

    Parameters
    ----------
    formula : str
        Names (dots allowed), numbers, ``+ - * / **``, the comparisons ``== > <`` (1 when
        they hold, else 0), the functions abs, exp, log, log2, max, min, sqrt, and
        ``given(value, condition, ...)``: NaN unless all conditions are above 0.
    values : mapping of str to ndarray
        What the names stand for; arrays of one shape.

    Examples
    --------
    >>> values = {"n_rows": np.array([10.0, 30.0]), "share.max": np.array([0.5, 1.0])}
    >>> evaluate("given(n_rows * share.max, n_rows > 20)", values)
    array([nan, 30.])
    """
    with np.errstate(all="ignore"):
        result = np.asarray(_compute(_parse(formula), values), np.float64)
    return np.where(np.isfinite(result), result, np.nan)


def names(formula: str) -> tuple[str, ...]:
    """Return the names in a formula, from left to right, each once.

    Examples
    --------
    >>> names("log(share.max * n_rows) + n_rows")
    ('share.max', 'n_rows')
    """
    return tuple(dict.fromkeys(_names(_parse(formula))))


@cache
def _parse(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _compute(node: ast.expr, values: Values) -> Any:
    match node:
        case ast.Constant(value=number):
            return number
        case ast.Name() | ast.Attribute():
            return values[ast.unparse(node)]
        case ast.UnaryOp(op=operator, operand=operand):
            return OPERATORS[type(operator)](_compute(operand, values))
        case ast.BinOp(left=left, op=operator, right=right):
            return OPERATORS[type(operator)](_compute(left, values), _compute(right, values))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            a, b = _compute(left, values), _compute(right, values)
            holds = OPERATORS[type(operator)](a, b)
            return np.where(np.isnan(a) | np.isnan(b), np.nan, holds)
        case ast.Call(func=ast.Name(id="given"), args=[first, *conditions]):
            holds = [_compute(condition, values) > 0 for condition in conditions]
            return np.where(np.all(holds, axis=0), _compute(first, values), np.nan)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_compute(argument, values) for argument in arguments))
    raise ValueError(f"Formulas hold arithmetic only. Got {ast.unparse(node)!r}.")


def _names(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant():
            return []
        case ast.Name() | ast.Attribute():
            return [ast.unparse(node)]
        case ast.Call(args=arguments):
            return [name for argument in arguments for name in _names(argument)]
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return [name for part in parts for name in _names(part)]
