"""``autometa kb compact``: many parts become few."""

from __future__ import annotations

from dataclasses import asdict

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import KEEP, Answer, command
from autometa.cli._output import say, size
from autometa.cli._progress import steps
from autometa.cli.kb import _arguments
from autometa.cli.kb._writing import would_write, written_folder


@command(
    "kb compact",
    panel=KEEP,
    examples=["autometa kb compact", "autometa kb compact kb:team --dry-run"],
    then="autometa kb verify kb:own",
)
def compact(
    knowledge_base: _knowledge_bases.Written = _knowledge_bases.OWN,
    wait: _arguments.Wait = 60.0,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Join the many parts of a knowledge base into few, and drop exact repeats.

    Others may read it and add to it meanwhile. What killed commands left behind
    is cleared away.
    """
    from autometa.knowledge_base import compact as run

    folder = written_folder(knowledge_base)
    with steps("runs") as show, would_write(folder, dry_run) as written:
        done = run(written, wait=wait, on_progress=show)
    say(
        f"{done.n_parts_before} parts {'would become' if dry_run else 'became'} "
        f"{done.n_parts_after}, {size(done.n_bytes_before)} before and "
        f"{size(done.n_bytes_after)} after; {done.n_repeats} repeats "
        f"{'would be' if dry_run else 'were'} dropped."
    )
    return Answer(
        content={"dry_run": dry_run, **asdict(done)},
        knowledge_base=_knowledge_bases.facts_of(knowledge_base, folder),
    )
