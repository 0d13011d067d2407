"""What is lost by looking at a sample: measured once, shown in the catalogue.

The file is written by ``benchmarks/sampling_error.py``, which says what was measured.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import pandas as pd

FILE = "sampling_error.json"


@cache
def sampling_errors() -> pd.DataFrame:
    """Return ``sampling_error``, ``spread`` and ``tables`` by name of meta-feature."""
    content = json.loads(files("metafeatures").joinpath(FILE).read_text())
    return pd.DataFrame.from_dict(content, orient="index").astype(float)
