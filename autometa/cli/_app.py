"""The command line as a whole: its commands, and what happens to their errors.

Exit codes: 0 done, 2 something about the input is to be changed, 1 failure, and 130, 143
or 129 when Ctrl-C, SIGTERM or a closed terminal ended the command.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
import traceback
import warnings
from typing import Annotated

import typer

from autometa.cli._command import Debug, Quiet, Verbose, app
from autometa.cli._contract import error_object
from autometa.cli._output import MODE, begin, note, print_json, say_error, set_mode
from autometa.cli._signals import endings
from autometa.cli._spelling import as_options
from autometa.exceptions import (
    AutoMetaError,
    BudgetError,
    KnowledgeBaseCorruptError,
    KnowledgeBaseSourceError,
    KnowledgeBaseWriteError,
    WorkerError,
)

FAILURES = (
    BudgetError,
    KnowledgeBaseCorruptError,
    KnowledgeBaseSourceError,
    KnowledgeBaseWriteError,
    WorkerError,
)
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]  # typer exports only what refines it
HELP_IS_PRINTED = "NoArgsIsHelpError"  # of a group without a command; the text is out already

for _module in pkgutil.walk_packages(sys.modules[__package__].__path__, f"{__package__}."):
    if not _module.name.endswith(".__main__"):  # which would run another command
        importlib.import_module(_module.name)


def _print_version(wanted: bool) -> None:
    if wanted:
        from autometa import __version__

        print(__version__)
        raise typer.Exit


@app.callback(
    epilog="Examples:\n  autometa recommend churn.csv --target left\n"
    "  autometa tune churn.csv --target left --time-budget 60 --save model\n"
    "Then: autometa recommend --help"
)
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and stop.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Which algorithms and hyperparameters to try on a table, and a pipeline tuned for it."""
    set_mode(quiet=quiet, verbose=verbose, debug=debug)


INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    begin()
    with endings() as ended_by:
        _run(arguments, ended_by)


def _run(arguments: list[str] | None, ended_by: list[int]) -> None:
    words = sys.argv[1:] if arguments is None else arguments
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            # as it is called by its own name: by it shells know what to complete
            code = app(words, standalone_mode=False, prog_name="autometa") or 0
        if code == INTERRUPTED:  # typer ends a command by Ctrl-C without a word
            raise KeyboardInterrupt
        sys.exit(code)
    except KeyboardInterrupt:
        say_error("Stopped.")
        sys.exit(128 + ended_by[0] if ended_by else INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except typer.Abort:
        say_error("Aborted.")
        sys.exit(1)
    except USAGE_ERROR as error:  # the command's own --json was not read
        MODE.as_json |= "--json" in words
        sys.exit(_say_usage(error))
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        if MODE.is_debug:
            say_error(traceback.format_exc())
        _say(type(error).__name__, _message(error))
        sys.exit(code)
    finally:
        gc.enable()


def _exit_code(error: Exception) -> int | None:
    """Return how a command ends by an error that users can do something about, None for a bug."""
    from metafeatures.exceptions import MetaFeatureError

    if isinstance(error, AutoMetaError | MetaFeatureError):
        return 1 if isinstance(error, FAILURES) else 2
    if isinstance(error, FileNotFoundError):
        return 2  # a model or a file of values that was named and is not there
    return 1 if isinstance(error, OSError) else None  # a full disk, missing rights


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, AutoMetaError):
        if isinstance(error, FileNotFoundError) and error.filename:
            return f"There is no file '{error.filename}'."
        where = f": '{error.filename}'" if error.filename else ""
        return f"{error.strerror or error}{where}."
    return str(error)


def _say(kind: str, message: str, hint: str | None = None) -> None:
    """Say an error; of a name that does not exist the message says which is meant."""
    message = as_options(message)
    if MODE.as_json:
        print_json(error_object(kind, message, hint), is_error=True)
    else:
        say_error(f"Error: {message}")
        if hint:
            say_error(hint)


def _say_usage(error: Exception) -> int:
    if type(error).__name__ != HELP_IS_PRINTED:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "autometa"
        _say(
            "UsageError",
            # the parser of values begins what it says by the name of an exception
            error.format_message().replace(": Value error, ", ": "),  # type: ignore[attr-defined]
            f"Try '{path} --help'.",
        )
    return 2


def _show_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    from autometa.exceptions import AutoMetaWarning
    from metafeatures.exceptions import MetaFeatureWarning

    if issubclass(category, AutoMetaWarning | MetaFeatureWarning):
        note(str(message))
    elif MODE.is_verbose or MODE.is_debug:
        note(f"{category.__name__}: {message}")
