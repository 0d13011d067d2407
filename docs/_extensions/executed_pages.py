"""Runs the blocks of tutorials when the site is built, and shows under each what it printed now.

Every page is run by a process of its own, with a limit: a block that fails, a process that is
killed and one that never ends fail the build, by page and block. It is an error of the build, no
warning that only `-W` would see, and nothing is kept from one build to the next.
`-D executed_pages=0` builds without, for whoever only edits text; no output is shown then.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from page_blocks import BLOCK, blocks_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGES = ("docs/start.md", "docs/guide/*.md", "docs/coming-from/*.md", "docs/theory/*.md")
CASES = ("students", "loans", "clinic")  # the slowest pages: they begin first
# The slowest takes half a minute on two cores of which others have a share.
SECONDS = 240.0
# Four backticks: what is printed may hold three.
OUTPUT = "\n\n````{{code-block}} text\n:class: output\n\n{}````"
AT_ONCE = 2  # each has worker processes of its own; more would only wait for each other


class PageFailure(Exception):  # noqa: N818  # caught here, never raised to a user
    """A page could not be run to its end; the text says where and why."""


def run_page(page: Path, script: Path | None, seconds: float = SECONDS) -> list[str]:
    """Return what each block of a page prints; ``script`` makes the names it refers to.

    Raises
    ------
    PageFailure
        If a block fails, the process dies, or it takes more than ``seconds``.
    """
    with a_folder_of_its_own() as folder:
        notes = folder / "notes"
        line = [HERE / "page_blocks.py", page.resolve(), notes, *([script] if script else [])]
        ended = run_limited([str(part) for part in line], folder, seconds)
        said = [json.loads(one) for one in notes.read_text("utf-8").splitlines()]
    if ended is None:
        return [one["printed"].replace(str(folder), ".") for one in said if "printed" in one]
    number = max((one["begun"] for one in said if "begun" in one), default=0)
    place = next((f"block {b.number} (line {b.line})" for b in blocks_of(page.read_text("utf-8"))
                  if b.number == number), "before its first block")  # fmt: skip
    why = next((one["failed"] for one in said if "failed" in one), ended)
    raise PageFailure(f"{place}: {why.strip()}")


def run_case(name: str, seconds: float = SECONDS) -> None:
    """Run a case of the guide; what is kept of it must be what it prints now."""
    with a_folder_of_its_own() as folder:
        line = [str(ROOT / "docs/cases/run.py"), name, "--check"]
        ended = run_limited(line, folder, seconds)
    if ended is not None:
        raise PageFailure(ended.strip())


@contextmanager
def a_folder_of_its_own() -> Iterator[Path]:
    """Yield a folder with what a page refers to, deleted afterwards with all that was written."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "examples").symlink_to(ROOT / "examples")
        (folder / "notes").touch()
        program = folder / "bin" / "autometa"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m autometa "$@"\n')
        program.chmod(0o755)
        yield folder


def run_limited(line: list[str], folder: Path, seconds: float) -> str | None:
    """Run a Python program; return None, or why it failed."""
    surroundings = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",  # two pages at once on small tables: more threads only wait
        "XDG_DATA_HOME": str(folder / "data"),  # not the knowledge base of whoever builds
    }
    with subprocess.Popen(
        [sys.executable, *line],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # what it has started ends with it
    ) as process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"had not ended after {seconds:g} s"
    if process.returncode < 0:
        return f"the process was killed by signal {-process.returncode}"
    return printed[-4000:] if process.returncode else None


def run_all(jobs: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """Return what each job gives, by page; failures of all pages in one error."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {page: pool.submit(job) for page, job in jobs.items()}
    errors = {page: one.exception() for page, one in running.items() if one.exception()}
    unforeseen = [e for e in errors.values() if not isinstance(e, PageFailure)]
    if unforeseen:
        raise unforeseen[0]
    if errors:
        from sphinx.errors import ExtensionError

        lines = [f"{page}.md, {error}" for page, error in errors.items()]
        raise ExtensionError("Pages that do not run:\n" + "\n".join(lines), modname=__name__)
    return {page: one.result() for page, one in running.items()}


def jobs_of(root: Path) -> dict[str, Callable[[], Any]]:
    """Return a job for each page that is run, the slowest first."""
    jobs: dict[str, Callable[[], Any]] = {
        f"docs/cases/{name}": lambda name=name: run_case(name) for name in CASES
    }
    for path in (path for pattern in PAGES for path in sorted(root.glob(pattern))):
        if blocks_of(path.read_text("utf-8")):
            page = path.relative_to(root).with_suffix("").as_posix()
            # pages of theory import what they use; the reader's names take seconds to make
            script = None if path.parent.name == "theory" else HERE / "reader.py"
            jobs[page] = lambda path=path, script=script: run_page(path, script)
    return jobs


def with_outputs(text: str, outputs: list[str]) -> str:
    """Return a page's text with what each block printed under it.

    Nothing is shown from the first block on that ran on seconds instead of the minute it says.
    """
    shown = dict(zip(blocks_of(text), outputs, strict=True))
    places = {}
    for block, match in zip(shown, BLOCK.finditer(text), strict=True):
        if block.short != block.text:
            break
        if shown[block].strip():
            places[match.end()] = OUTPUT.format(shown[block])
    for place in sorted(places, reverse=True):
        text = text[:place] + places[place] + text[place:]
    return text


def _run(app: Sphinx) -> None:
    # messages for translators and links need no outputs
    wanted = app.config.executed_pages and app.builder.name not in {"gettext", "linkcheck"}
    app.printed_by_page = run_all(jobs_of(Path(app.srcdir))) if wanted else {}


def _show(app: Sphinx, name: str, source: list[str]) -> None:
    if app.printed_by_page.get(name):
        source[0] = with_outputs(source[0], app.printed_by_page[name])


def _outdated(app: Sphinx, env: BuildEnvironment, *_: Iterable[str]) -> list[str]:
    """Pages are read again in each build: what they printed in an earlier one is old."""
    return [name for name, printed in app.printed_by_page.items() if printed]


def setup(app: Sphinx) -> dict[str, bool]:
    """Run the pages before any is read."""
    app.add_config_value("executed_pages", True, "env", bool)
    app.connect("builder-inited", _run)
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
