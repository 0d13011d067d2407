"""Puts every page into the site's menu that is linked from a page of links.

`docs/README.md` and `benchmarks/README.md` list pages in tables that people read beside the
code. A second list of the same pages would be one to forget.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LINK = re.compile(r"\]\(([\w./-]+)\.md\)")
LISTS = {"docs/README": "docs/[^/]+", "benchmarks/README": "benchmarks/results/[^/]+"}


def _with_menu(app: Sphinx, name: str, source: list[str]) -> None:
    if name not in LISTS:
        return
    folder = posixpath.dirname(name)
    linked = [posixpath.normpath(posixpath.join(folder, link)) for link in LINK.findall(source[0])]
    rest = sorted(app.env.found_docs) if name.startswith("benchmarks") else []
    pages = [p for p in dict.fromkeys([*linked, *rest]) if re.fullmatch(LISTS[name], p)]
    menu = "\n".join(f"/{page}" for page in pages)
    source[0] += f"\n\n```{{toctree}}\n:hidden:\n\n{menu}\n```\n"


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    return list(LISTS) if added or removed else []  # a list has no link to what is new


def setup(app: Sphinx) -> dict[str, bool]:
    """Append the menu when a page of links is read."""
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _with_menu)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
