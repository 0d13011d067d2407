"""Which paths ask for ONNX, and whether that can be written: asked before anything is imported."""

from __future__ import annotations

import importlib.util
import os

from autometa._versions import DISTRIBUTION
from autometa.exceptions import OutputError

ENDING = ".onnx"
MODULES = ("onnx", "skl2onnx", "onnxmltools", "onnxruntime")


def is_onnx(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path asks for ONNX, by its ending."""
    return os.fspath(path).lower().endswith(ENDING)


def check_converters(path: str | os.PathLike[str]) -> None:
    """Raise where the packages that write such a file are not installed.

    Raises
    ------
    OutputError
        Says which are missing, and what brings them.
    """
    missing = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if is_onnx(path) and missing:
        raise OutputError(
            f"'{path}' cannot be written without {', '.join(missing)}: "
            f"pip install '{DISTRIBUTION}[onnx]', or give a name without '{ENDING}'."
        )
