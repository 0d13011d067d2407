"""Errors and warnings of metafeatures, all on one screen.

::

    MetaFeatureError
    ├── MetaFeatureDataError (ValueError)        a table or target that cannot be described
    ├── MetaFeatureNotFoundError (ValueError)    a name that no meta-feature or family has
    ├── MetaFeatureParameterError (ValueError)   an argument outside its range
    └── MetaFeatureTypeError (TypeError)         something that is not a table
    MetaFeatureWarning (UserWarning)             values are NaN that need not be
"""

from __future__ import annotations

__all__ = [
    "MetaFeatureDataError",
    "MetaFeatureError",
    "MetaFeatureNotFoundError",
    "MetaFeatureParameterError",
    "MetaFeatureTypeError",
    "MetaFeatureWarning",
]


class MetaFeatureError(Exception):
    """Root of everything metafeatures raises on purpose."""


class MetaFeatureDataError(MetaFeatureError, ValueError):
    """A table or its target cannot be described; the message says what to change."""


class MetaFeatureNotFoundError(MetaFeatureError, ValueError):
    """No meta-feature or family of that name exists."""


class MetaFeatureParameterError(MetaFeatureError, ValueError):
    """An argument lies outside its documented range."""


class MetaFeatureTypeError(MetaFeatureError, TypeError):
    """Something was given as a table that is none."""


class MetaFeatureWarning(UserWarning):
    """Meta-features are NaN that another table or budget would have given."""
