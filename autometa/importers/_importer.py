"""Importer: how histories of one format are recognised and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autometa.importers._imported import Imported


@dataclass(frozen=True, kw_only=True)
class Importer:
    """How histories of one format are read.

    Attributes
    ----------
    name : str
        Of the format.
    read : callable
        ``read(source, **options)`` returns an `Imported`. Its parameters are the options.
    recognise : callable
        ``recognise(source)`` says whether a source is of this format, which it looks at,
        but does not read whole. It is asked before the formats of autometa itself, so it
        must be sure.
    """

    name: str
    read: Callable[..., Imported]
    recognise: Callable[[Any], bool]
