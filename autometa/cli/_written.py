"""What ``autometa tune`` writes: checked before the budget is spent, never lost at its end."""

from __future__ import annotations

import contextlib
import itertools
import shlex
import sys
from pathlib import Path
from typing import Any

from autometa.cli._output import MODE, say, say_error

# For an ensemble on 569 x 30 importing what writes, writing and reading back took 0.9 processor
# seconds, half of it the import, and the command ended 1.7 s after its budget.
SAVE_SECONDS = 1.5
MAX_SAVE_SHARE = 0.2  # of a short budget, of which the search needs the most


def check_outputs(save: Path | None, code: Path | None, report: Path | None = None) -> None:
    """Raise unless all files can be written.

    Raises
    ------
    OutputError
        Says which cannot, and why.
    """
    from autometa.exceptions import OutputError
    from autometa.tuning.saved._onnx_file import check_converters
    from autometa.tuning.saved._outputs import check_output, check_replaces_model

    if save is not None:
        check_converters(save)
    for option, path in (("--save", save), ("--code", code)):
        if path is not None:
            check_output(path, option)
    if save is not None:
        check_replaces_model(save, "--save")
    if report is not None:
        from autometa.report import check_report

        check_report(report, "--report")
    given = [("--save", save), ("--code", code), ("--report", report)]
    for (first, one), (second, other) in itertools.combinations(given, 2):
        if one is not None and other is not None and one.resolve() == other.resolve():
            raise OutputError(f"'{first}' and '{second}' must name two files. Both name '{one}'.")


def without_writing(time_budget: float | None, save: Path | None) -> float | None:
    """Return the seconds that are left for finding a pipeline: writing it is in the budget."""
    if save is None or time_budget is None:
        return time_budget
    return time_budget - min(SAVE_SECONDS, MAX_SAVE_SHARE * time_budget)


def write_outputs(
    result: Any,
    save: Path | None,
    code: Path | None,
    source: str,
    target: str,
    encoding: str | None = None,
    report: Path | None = None,
) -> bool:
    """Write what was asked for, elsewhere when its own place fails; say where it is.

    Returns
    -------
    bool
        False when something could not be written where it was wanted.
    """
    done = True
    if save is not None:
        done = _write("model", save, result.save, instead=_plain_name(save))
    if code is not None:

        def write_script(path: Path) -> None:
            from autometa.tuning.saved._outputs import write_whole

            script = result.code(source=source, target=target, encoding=encoding)
            write_whole(path, script.encode())

        done = _write("script", code, write_script) and done
    if report is not None:
        say("Making the report.")

        def write_page(path: Path) -> None:
            from autometa.report import write_report

            about = {"source": source, "encoding": encoding, "notes": MODE.notes}
            write_report(result, path, command=typed_line(), **about)

        done = _write("report", report, write_page) and done
    return done


def pictures_written(result: Any, folder: Path) -> bool:
    """Write the pictures of a run; say why not where that fails, and go on."""
    from autometa.cli._plots import write_plots
    from autometa.exceptions import AutoMetaError

    try:
        write_plots(result=result, folder=folder)
    except (AutoMetaError, OSError, ImportError) as error:  # Matplotlib may be there and broken
        say_error(f"Error: No picture was written to '{folder}': {error}")
        return False
    return True


def typed_line() -> str:
    """Return the command line as it was typed, without the address of a storage."""
    words = ["autometa", *sys.argv[1:]]
    for place, word in enumerate(words):
        if word == "--storage" and place + 1 < len(words):
            words[place + 1] = "..."  # it may hold a password, and a page is handed on
        elif word.startswith("--storage="):
            words[place] = "--storage=..."
    return shlex.join(words)


def _plain_name(path: Path) -> Path | None:
    """Return where a model goes that has no form in ONNX; None of other files."""
    from autometa.tuning.saved._onnx_file import is_onnx

    return path.with_suffix(".skops") if is_onnx(path) else None


def _write(kind: str, path: Path, write: Any, instead: Path | None = None) -> bool:
    from autometa.exceptions import AutoMetaError
    from autometa.tuning.saved._outputs import write_elsewhere

    try:
        write(path)
    except (AutoMetaError, ImportError) as error:  # what a page is made by may be there and broken
        say_error(f"Error: {error}")
        place = None
        if instead is not None and not instead.exists():
            with contextlib.suppress(OSError, ImportError):
                write(instead)
                place = instead
        place = place or write_elsewhere((instead or path).name, write)
        if place is None:
            say_error(f"The {kind} could not be written elsewhere either; it is lost.")
        else:
            say_error(f"The {kind} was written to '{place}' instead.")
        return False
    say(f"Wrote '{path}'.")
    return True
