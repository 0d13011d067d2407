"""Blocks of a page, run one after the other: `python page_blocks.py PAGE NOTES [SCRIPT]`.

Blocks of `python` and `bash` are run; what is not to be run (another library's code, commands that
need a network) says `py` or `sh`. SCRIPT makes the names that a reader has. Of each block one line
of JSON is added to NOTES before it runs and one after, so that whoever waits knows which block a
process died in.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import runpy
import subprocess
import sys
import tempfile
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A reader has a minute. What a block does with it is seen in five seconds; what it prints then
# is not what the reader would see, and is not shown.
MINUTE, SECONDS = re.compile(r"(time_budget=|--time-budget )60\b"), r"\g<1>5"


@dataclass(frozen=True)
class Block:
    """One block as it stands on the page; ``line`` is that of its first line of code."""

    number: int
    line: int
    language: str
    text: str

    @property
    def short(self) -> str:
        """The block with a budget of seconds instead of a minute."""
        return MINUTE.sub(SECONDS, self.text)


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page's text that are run, in order."""
    return [
        Block(number, page.count("\n", 0, match.start(2)) + 1, match[1], match[2])
        for number, match in enumerate(BLOCK.finditer(page), start=1)
    ]


def run_block(block: Block, names: dict[str, Any], page: str) -> str:
    """Run a block in ``names`` and return what it prints; whatever goes wrong is an exception."""
    printed = io.StringIO()
    # line numbers of a traceback are then those of the page
    code = "\n" * (block.line - 1) + block.short
    with contextlib.redirect_stdout(printed):
        if block.language == "bash":
            print(_shell(block.short), end="")
        elif ">>>" in block.text:
            _examples(block, names, page)
        else:
            exec(compile(code, page, "exec"), names)  # noqa: S102  # pages of our own
    return printed.getvalue()


def _shell(commands: str) -> str:
    """Run commands as in a terminal, which has tables where a pipe has tabs."""
    ours, theirs = os.openpty()
    line = ["bash", "-euo", "pipefail", "-c", commands]
    # 72 letters fit into the column of a page
    terminal = {**os.environ, "COLUMNS": "72", "NO_COLOR": "1"}
    with tempfile.TemporaryFile("w+") as notes:
        with subprocess.Popen(line, stdout=theirs, stderr=notes, env=terminal) as process:
            os.close(theirs)
            printed = b"".join(iter(lambda: _read(ours), b"")).decode(errors="replace")
        os.close(ours)
        if process.returncode:
            notes.seek(0)
            raise RuntimeError(f"ended with code {process.returncode}:\n{notes.read()[-2000:]}")
    return STYLE.sub("", printed).replace("\r", "")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


def _examples(block: Block, names: dict[str, Any], page: str) -> None:
    """Run examples with prompts; what they print stands on the page, and must be that."""
    examples = doctest.DocTestParser().get_examples(block.short)
    test = doctest.DocTest(examples, names, page, page, block.line - 1, None)
    found: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=found.append, clear_globs=False)
    names.update(test.globs)
    if runner.failures:
        raise AssertionError("".join(found))


def main(page: Path, notes: Path, script: Path | None = None) -> None:
    """Run all blocks of a page; the first that fails ends it."""
    warnings.simplefilter("ignore")  # advice of five seconds may warn; the block must run
    names = runpy.run_path(str(script)) if script else {}
    with notes.open("a", encoding="utf-8", buffering=1) as file:
        for block in blocks_of(page.read_text("utf-8")):
            print(json.dumps({"begun": block.number}), file=file)
            try:
                printed = run_block(block, names, str(page))
            except BaseException:  # SystemExit too: a block that ends the program has failed
                print(json.dumps({"failed": traceback.format_exc(limit=-3)}), file=file)
                raise SystemExit(1) from None
            print(json.dumps({"printed": printed}), file=file)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
