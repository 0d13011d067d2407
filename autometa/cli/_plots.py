"""What ``--plots`` of ``recommend`` and ``tune`` writes: pictures, one file each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autometa.cli._output import say


def check_plots(folder: Path | None, option: str = "--plots") -> None:
    """Refuse pictures that could not be drawn or written before anything else is done."""
    if folder is not None:
        from autometa.plotting import require_matplotlib
        from autometa.tuning.saved._outputs import check_output_folder

        require_matplotlib()
        check_output_folder(folder, option)


def write_plots(*, folder: Path, advice: Any = None, result: Any = None) -> None:
    """Write the pictures of advice or of a search, and say where they are."""
    from autometa.plotting import displays_of_advice, displays_of_result, write_displays

    displays = displays_of_advice(advice) if result is None else displays_of_result(result)
    written = write_displays(displays, folder)
    say(f"'{folder}' now holds {', '.join(path.name for path in written) or 'no picture'}.")
