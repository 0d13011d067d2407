"""Cells as texts, whatever they are."""

from __future__ import annotations

from typing import Any

import pandas as pd


def as_texts(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return the text of each cell, as objects.

    ``astype(str)`` reads bytes as UTF-8 and keeps texts in a form that holds no lone surrogates: it
    fails by cells that are no UTF-8, which `str` has a text for.
    """
    texts = [str(cell) for cell in cells.tolist()]
    return pd.Series(texts, index=cells.index, name=cells.name, dtype=object)
