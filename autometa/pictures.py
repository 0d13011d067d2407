"""Pictures in files: matplotlib without a screen, where it is installed."""

from __future__ import annotations

from typing import Any

from autometa._versions import DISTRIBUTION
from autometa.exceptions import ParameterError


def pyplot() -> Any:
    """Return ``matplotlib.pyplot``, drawing to files alone.

    Raises
    ------
    ParameterError
        If matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        raise ParameterError(
            f"Plots need matplotlib: pip install '{DISTRIBUTION}[report]'."
        ) from None
    matplotlib.use("Agg")
    from matplotlib import pyplot as drawing

    return drawing
