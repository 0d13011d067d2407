"""The command line as a whole: its commands, and what happens to their errors.

Exit codes: 0 done, 2 something about the input is to be changed, 1 failure, and 130, 143
or 129 when Ctrl-C, SIGTERM or a closed terminal ended the command.
"""

from __future__ import annotations

import gc
import sys
import warnings

import typer

from autometa.cli import _describe, _recommend, _tune, kb
from autometa.cli._output import forget_notes, note, note_once
from autometa.exceptions import (
    AutoMetaError,
    BudgetError,
    KnowledgeBaseCorruptError,
    KnowledgeBaseSourceError,
    KnowledgeBaseWriteError,
    WorkerError,
)

app = typer.Typer(
    name="autometa",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("recommend")(_recommend.recommend)
app.command("tune")(_tune.tune)
app.command("describe")(_describe.describe)
app.add_typer(kb.app, name="kb")

FAILURES = (
    BudgetError,
    KnowledgeBaseCorruptError,
    KnowledgeBaseSourceError,
    KnowledgeBaseWriteError,
    WorkerError,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from autometa import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False,
        "--version",
        help="Print the version and stop.",
        is_eager=True,
        callback=_print_version,
    ),
) -> None:
    """Which algorithms and hyperparameters to try on a table, and a pipeline tuned for it."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    forget_notes()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            app(arguments)
    except KeyboardInterrupt:
        note("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if _is_expected(error):
            note(f"Error: {error}")
            sys.exit(1 if isinstance(error, FAILURES) else 2)
        if isinstance(error, OSError):  # a full disk, missing rights: nothing that code can mend
            where = f": '{error.filename}'" if error.filename else ""
            note(f"Error: {error.strerror or error}{where}.")
            sys.exit(1)
        raise
    finally:
        gc.enable()


def _is_expected(error: Exception) -> bool:
    from metafeatures.exceptions import MetaFeatureError

    return isinstance(error, AutoMetaError | MetaFeatureError)


def _show_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    from autometa.exceptions import AutoMetaWarning
    from metafeatures.exceptions import MetaFeatureWarning

    if issubclass(category, AutoMetaWarning | MetaFeatureWarning):
        note_once(f"Note: {message}")
