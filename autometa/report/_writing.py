"""Pages become files: checked before anything is spent on them, written whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from autometa._extras import require
from autometa.tuning.saved._outputs import check_output, write_whole

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations
    from autometa.tables import TableOverview
    from autometa.tuning import TuneResult


def check_report(path: str | os.PathLike[str], option: str = "path") -> None:
    """Raise when a page cannot be made or written there.

    Parameters
    ----------
    path : path
    option : str
        What the path was given as.

    Raises
    ------
    OutputError
        If it cannot be written there.
    ParameterError
        If the extra ``report`` is not installed.
    """
    for library in ("jinja2", "matplotlib"):
        require(library, "report", "A report")
    check_output(path, option)


def write_report(result: TuneResult, path: str | os.PathLike[str], **about: Any) -> None:
    """Write the page on a result; ``about`` as for `result_page`."""
    from autometa.report._of_result import result_page

    check_report(path)
    write_whole(path, result_page(result, **about).html().encode())


def write_advice_report(
    advice: Recommendations, overview: TableOverview, path: str | os.PathLike[str], **about: Any
) -> None:
    """Write the page on advice; ``about`` as for `advice_page`."""
    from autometa.report._of_advice import advice_page

    check_report(path)
    write_whole(path, advice_page(advice, overview, **about).html().encode())
