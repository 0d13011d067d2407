"""Types of arrays, by what they hold: one name each in both packages.

The names say no more than the type; what an array means, and its shape, is said where it is
taken or returned. ``Matrix`` and ``Vector`` are for code in which only the shape tells two
arguments apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

AnyArray = npt.NDArray[Any]
AnyFloats = npt.NDArray[np.floating]  # of either precision
AnyIntegers = npt.NDArray[np.integer]  # of any width: the narrowest that holds the codes
Booleans = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]  # of categories, as pandas and scikit-learn's trees take them
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Positions = npt.NDArray[np.intp]  # what argsort and flatnonzero return
Singles = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]
