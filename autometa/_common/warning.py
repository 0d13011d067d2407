"""warn_user(): a warning that points to the line of the user that called autometa."""

from __future__ import annotations

import inspect
import warnings


def warn_user(warning: Warning) -> None:
    """Issue a warning for the innermost caller that is not of this package."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("autometa."):
        frame, level = frame.f_back, level + 1
    warnings.warn(warning, stacklevel=level + 1)
