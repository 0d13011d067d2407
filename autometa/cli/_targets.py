"""The columns that ``--target`` names: one, or several outputs of one model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autometa.cli import _options
from autometa.exceptions import ParameterError


def target_names(values: Sequence[str] | None, path: str, encoding: str | None) -> list[str]:
    """Return the columns that are named, in their order; none where the dataset's default is meant.

    A name with commas is that column where the table has one of that name, else several: only
    then is the table looked at.

    Raises
    ------
    ParameterError
        If a column is named twice.
    """
    named = list(values or [])
    if len(named) == 1 and "," not in named[0]:
        return named
    if not named:
        return []
    from autometa.datasets import read_table
    from autometa.tables import column_named

    columns = [str(column) for column in read_table(path, encoding=encoding).columns]
    names = [
        name
        for value in named
        for name in ([value] if value in columns else _options.several([value]))
    ]
    for name in names:
        column_named(columns, name, f"'{path}'")
    if len(set(names)) < len(names):
        raise ParameterError(f"'--target' must name each column once. Got {names}.")
    return names


def check_several(names: Sequence[str], save: Path | None, code: Path | None) -> None:
    """Refuse, before the budget is spent, what is made of one output only.

    Raises
    ------
    ParameterError
        If there are several outputs, and a script or an ONNX model is asked for.
    """
    if len(names) < 2:
        return
    from autometa.tuning.saved._onnx_file import is_onnx

    is_given = save is not None and is_onnx(save)
    for option, is_asked in (("--code", code is not None), ("--save NAME.onnx", is_given)):
        if is_asked:
            raise ParameterError(
                f"'{option}' writes a model of one output. Got --target {', '.join(names)}; "
                "leave it out, or tune them apart."
            )
