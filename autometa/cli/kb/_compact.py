"""``autometa kb compact``: many parts become few."""

from __future__ import annotations

from autometa.cli import _options
from autometa.cli._output import note, print_json
from autometa.cli._progress import steps
from autometa.cli.kb import _arguments


def compact(
    knowledge_base: _arguments.FolderName = "own",
    wait: _arguments.Wait = 60.0,
    as_json: _options.AsJson = False,
) -> None:
    """Join the many parts of a knowledge base into few, and drop exact repeats.

    Others may read it and add to it meanwhile. What killed commands left behind
    is cleared away.
    """
    from dataclasses import asdict

    from autometa.knowledge_base import compact as run
    from autometa.knowledge_base import folder_named

    with steps("runs") as show:
        done = run(folder_named(knowledge_base), wait=wait, on_progress=show)
    if as_json:
        print_json({"schema": 1, **asdict(done)})
    note(
        f"{done.n_parts_before} parts became {done.n_parts_after}, "
        f"{done.n_bytes_before / 1e6:.2f} MB became {done.n_bytes_after / 1e6:.2f} MB; "
        f"{done.n_repeats} repeats were dropped."
    )
