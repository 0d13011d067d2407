"""fingerprint(): what tells a function from others of its name, in this process and the next."""

from __future__ import annotations

import functools
import hashlib
from types import CodeType
from typing import Any

PLAIN = (str, bytes, int, float, complex, bool, type(None))
DIGITS = 8  # hexadecimal: of two functions of one name, one pair in four billion is taken for one
DEPTH = 4  # functions in closures in closures: a function may hold itself


def fingerprint(function: Any) -> str:
    """Return hexadecimal digits that change with a function's code, defaults and closure.

    Objects that have no plain value count by their type, and what the function calls is not
    looked into. Another version of Python has other code, and so other digits.
    """
    return hashlib.sha256(repr(_plain(function, DEPTH)).encode()).hexdigest()[:DIGITS]


def _plain(value: Any, depth: int) -> Any:
    """Return what a value is made of, whose text is the same in each process: no addresses."""
    if isinstance(value, PLAIN):
        return value
    if depth:
        if isinstance(value, functools.partial):
            value = (value.func, value.args, value.keywords)
        if isinstance(value, list | tuple):
            return [_plain(one, depth - 1) for one in value]
        if isinstance(value, dict):
            return [(_plain(key, 0), _plain(one, depth - 1)) for key, one in value.items()]
        code = getattr(value, "__code__", None)
        if code is not None:
            cells = [_plain(one, depth - 1) for one in _closure(value)]
            defaults = _plain([value.__defaults__, value.__kwdefaults__], depth - 1)
            return _code(code), defaults, cells
        if not isinstance(value, type) and hasattr(type(value).__call__, "__code__"):
            own = _code(type(value).__call__.__code__), _plain(vars(value), depth - 1)
            return type(value).__qualname__, own
    named = value if isinstance(value, type) or hasattr(value, "__qualname__") else type(value)
    return named.__module__, named.__qualname__


def _code(code: CodeType) -> Any:
    return code.co_code.hex(), [_constant(one) for one in code.co_consts], code.co_names


def _constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        return _code(value)
    # the order of text in a set differs from process to process
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _closure(function: Any) -> list[Any]:
    """Return the values of a closure; a variable that is assigned later has none."""
    values = []
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:
            continue
    return values
