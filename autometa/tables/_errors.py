"""Errors of metafeatures at the doors of autometa, where they belong to its own tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autometa.exceptions import DatasetError, ParameterError
from metafeatures import (
    MetaFeatureDataError,
    MetaFeatureNotFoundError,
    MetaFeatureParameterError,
    MetaFeatureTypeError,
)


@contextmanager
def as_own_errors() -> Iterator[None]:
    """Raise what metafeatures says of a table, or of an argument, as an error of autometa.

    Raises
    ------
    DatasetError
        For a table or target that cannot be described, or that is none.
    ParameterError
        For an argument out of range, or a name that no meta-feature has.
    """
    try:
        yield
    except (MetaFeatureDataError, MetaFeatureTypeError) as error:
        raise DatasetError(str(error)) from error
    except MetaFeatureNotFoundError as error:
        raise ParameterError(str(error), name=error.name, suggestions=error.suggestions) from error
    except MetaFeatureParameterError as error:
        raise ParameterError(str(error)) from error
