"""Tables of data as tables of a terminal, and as records of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autometa.cli._output import console, make_table, number

if TYPE_CHECKING:
    import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one dict a row; what is missing is None."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def show_frame(frame: pd.DataFrame, title: str) -> None:
    """Print a table of data; numbers stand on the right."""
    numbers = tuple(str(name) for name in frame.select_dtypes("number").columns)
    shown = make_table(title, *map(str, frame.columns), right=numbers)
    for row in records(frame):
        shown.add_row(*(_cell(name, value) for name, value in row.items()))
    console().print(shown)


def _plain(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, list | tuple):
        return list(value)
    return None if pd.isna(value) else value


def _cell(name: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    if name.startswith(("n_", "max_")):
        return f"{int(value)}"
    return number(value) if isinstance(value, float) else str(value)
