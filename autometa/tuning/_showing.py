"""Showing: what a result of `tune` shows of itself, in a notebook and as a page."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations
    from autometa.tuning._context import RunContext


class Showing:
    """The part of `TuneResult` that people look at."""

    context: RunContext | None

    @property
    def advice(self) -> Recommendations | None:
        """What the knowledge base recommended before the search; None when there was none."""
        return None if self.context is None else self.context.advice

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write a page on the run to one HTML file, whole or not at all (extra ``report``).

        It holds the table, the advice and why, what was expected and reached, the search, the
        leaderboard, failures, the pipeline, curves on held-out rows, and how to do it again. It
        needs no other file, no script and no network.

        Parameters
        ----------
        path : path
            A file there is replaced.

        Raises
        ------
        OutputError
            If it cannot be written there.
        ParameterError
            If the extra is not installed.
        """
        # By its name: the room lies above this one, as the command line does, and needs it.
        writer: Any = import_module("autometa.report")
        writer.write_report(self, path)

    def _repr_html_(self) -> str:
        from autometa.tuning._result_html import result_html  # no notebook, no need

        return result_html(self)
