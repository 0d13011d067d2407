"""Errors and warnings of metafeatures, all on one screen.

::

    MetaFeatureError
    ├── MetaFeatureClashError (ValueError)       two measures of one name
    ├── MetaFeatureDataError (ValueError)        a table or target that cannot be described
    ├── MetaFeatureNotFoundError (ValueError)    a name that no meta-feature or family has
    ├── MetaFeatureParameterError (ValueError)   an argument outside its range
    └── MetaFeatureTypeError (TypeError)         something that is not a table
    MetaFeatureWarning (UserWarning)             values are NaN that need not be
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = [
    "MetaFeatureClashError",
    "MetaFeatureDataError",
    "MetaFeatureError",
    "MetaFeatureNotFoundError",
    "MetaFeatureParameterError",
    "MetaFeatureTypeError",
    "MetaFeatureWarning",
]


class MetaFeatureError(Exception):
    """Root of everything metafeatures raises on purpose."""


class MetaFeatureClashError(MetaFeatureError, ValueError):
    """Two measures have one name; the message says where they are defined."""


class MetaFeatureDataError(MetaFeatureError, ValueError):
    """A table or its target cannot be described; the message says what to change."""


class MetaFeatureNotFoundError(MetaFeatureError, ValueError):
    """No meta-feature or family of that name exists.

    Attributes
    ----------
    name : str or None
        The first of the names that do not exist.
    suggestions : tuple of str
        Names that do exist and are most like it, the nearest first.
    """

    def __init__(
        self, *args: Any, name: str | None = None, suggestions: Iterable[str] = ()
    ) -> None:
        super().__init__(*args)
        self.name = name
        self.suggestions = tuple(suggestions)


class MetaFeatureParameterError(MetaFeatureError, ValueError):
    """An argument lies outside its documented range."""


class MetaFeatureTypeError(MetaFeatureError, TypeError):
    """Something was given as a table that is none."""


class MetaFeatureWarning(UserWarning):
    """Meta-features are NaN that another table or budget would have given."""


for _name in __all__:  # tracebacks and pickles then name the public package
    globals()[_name].__module__ = "metafeatures"
