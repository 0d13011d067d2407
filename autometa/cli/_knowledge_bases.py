"""Knowledge bases by name: which one a command reads, and which one it writes to.

Readers that name none read ``kb:default``, which is what advice reads; writers write
to ``kb:own``. Several names are layers: where two hold the same, the first counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options

if TYPE_CHECKING:
    from autometa.knowledge_base import KnowledgeBase

DEFAULT = "kb:default"
OWN = "kb:own"
NAMES = "a folder, kb:own, kb:bundled, or a name that 'autometa kb name' gave, such as kb:team"


def _names() -> list[str]:
    from autometa.knowledge_base import knowledge_base_names

    return [DEFAULT, *knowledge_base_names()]


complete = _options.starting_with(_names)

Names = Annotated[
    list[str] | None,
    typer.Option(
        "--knowledge-base",
        "-k",
        metavar="KB",
        help=f"What to learn from: {NAMES}. Repeat it, or separate by commas, for several in "
        "layers. kb:default when not given: the bundled one and your own.",
        show_default=False,
        autocompletion=complete,
        rich_help_panel=_options.SEARCH,
    ),
]
Read = Annotated[
    str | None,
    typer.Argument(
        metavar="[KB]",
        help=f"Its name: {NAMES}; several in layers by commas. kb:default when not given.",
        show_default=False,
        autocompletion=complete,
    ),
]
OWN_NAMES = NAMES.replace("kb:own, kb:bundled,", "kb:own,")  # the one that ships is only read
Written = Annotated[
    str, typer.Argument(metavar="[KB]", help=f"Its name: {OWN_NAMES}.", autocompletion=complete)
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="KB",
        help=f"Which gets them, begun when there is none: {OWN_NAMES}. kb:own when not given.",
        show_default=False,
        autocompletion=complete,
        rich_help_panel=_options.FILES,
    ),
]


@dataclass(frozen=True, kw_only=True)
class Used:
    """The knowledge base that a command reads.

    Attributes
    ----------
    names : tuple of str
        As they were given; empty for the default one.
    """

    names: tuple[str, ...] = ()

    @property
    def given(self) -> KnowledgeBase | None:
        """What functions take as ``knowledge_base``: None is the default one."""
        return self.open() if self.names else None

    @property
    def folders(self) -> list[Path]:
        """The folders that it is read from, the lowest layer first."""
        from autometa.knowledge_base import folders_named

        return folders_named(self.names or [DEFAULT])

    def open(self) -> KnowledgeBase:
        """Return it."""
        from autometa.knowledge_base import default_knowledge_base, open_named

        return open_named(self.names) if self.names else default_knowledge_base()

    def facts(self) -> dict[str, Any]:
        """Return what the JSON object says of it."""
        layers = [facts_of(_name_of(folder), folder) for folder in self.folders]
        name = ",".join(self.names) or DEFAULT
        if len(layers) == 1:
            return {**layers[0], "name": name, "layers": layers}
        prints = [str(layer["fingerprint"]) for layer in layers]
        return {"name": name, "path": None, "fingerprint": "+".join(prints), "layers": layers}


def used(names: Sequence[str] | str | None) -> Used:
    """Return the knowledge base of these names, the default one when there is none."""
    given = [names] if isinstance(names, str) else list(names or [])
    return Used(names=tuple(_options.several(given)))


def facts_of(name: str, folder: Path) -> dict[str, Any]:
    """Return what the JSON object says of one folder."""
    from autometa.knowledge_base import fingerprint_of

    return {"name": name, "path": str(folder), "fingerprint": fingerprint_of(folder)}


def _name_of(folder: Path) -> str:
    from autometa.knowledge_base import knowledge_base_names

    names = {path: name for name, path in knowledge_base_names().items()}
    return names.get(folder, str(folder))
