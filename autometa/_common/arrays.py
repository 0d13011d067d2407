"""Types of arrays, as `metafeatures` names them: one name each in both packages."""

from __future__ import annotations

from metafeatures._arrays import (
    AnyArray,
    AnyFloats,
    AnyIntegers,
    Booleans,
    Bytes,
    Codes,
    Floats,
    Hashes,
    Integers,
    Matrix,
    Objects,
    Positions,
    Singles,
    Vector,
)

__all__ = [
    "AnyArray",
    "AnyFloats",
    "AnyIntegers",
    "Booleans",
    "Bytes",
    "Codes",
    "Floats",
    "Hashes",
    "Integers",
    "Matrix",
    "Objects",
    "Positions",
    "Singles",
    "Vector",
]
