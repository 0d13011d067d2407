"""How a command is made: a function that returns an answer, decorated by `command`.

The decorator adds the options that every command has (``--json``, ``-q``, ``-v``,
``--debug``), prints the answer for people or as the JSON object of the contract, and
notes where its JSON Schema lies: beside the module, with the ending ``.json``. A new
command is one module in this package and its schema; nothing lists it by hand.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from autometa.cli import _output
from autometa.cli._contract import envelope
from autometa.cli._own_files import check_reads_none

OUTPUT = "Output"
ADVICE = "Advice and models"
LISTS = "What there is to choose from"
BASES = "Knowledge bases"
ABOUT = "About autometa"
COLLECT = "Collect runs"
LOOK = "Look into them"
KEEP = "Keep them"

# The order of help, by group: what most people need first, then the order of the alphabet.
FIRST = {
    "autometa": (
        *("recommend", "tune", "predict", "model", "describe"),
        *("kb", "algorithms", "metrics", "metafeatures"),
    ),
    "kb": ("info", "list", "evaluate", "add", "import", "merge"),
}

SIGNALLED = 128  # exit codes above are those of commands that a signal ended

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object.", rich_help_panel=OUTPUT)
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Only results and errors.", rich_help_panel=OUTPUT)
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Also warnings of other libraries.", rich_help_panel=OUTPUT
    ),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", help="Also what is logged, and where errors arise.", rich_help_panel=OUTPUT
    ),
]
OUTPUT_OPTIONS: dict[str, Any] = {
    "as_json": AsJson,
    "quiet": Quiet,
    "verbose": Verbose,
    "debug": Debug,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command has to say.

    Attributes
    ----------
    content : dict
        The command's own keys of the JSON object.
    show : callable or None
        Prints the same for people.
    knowledge_base : dict or None
        ``name``, ``path`` and ``fingerprint`` of the knowledge base that was used.
    exit_code : int
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    show: Callable[[], None] | None = None
    knowledge_base: Mapping[str, Any] | None = None
    exit_code: int = 0


class Group(TyperGroup):
    """Commands in the order in which help teaches them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, those of `FIRST` first."""
        first = FIRST.get(self.name or "", ())
        names = sorted(super().list_commands(ctx))
        return sorted(names, key=lambda name: first.index(name) if name in first else len(first))


def _make_group(help: str | None = None, **options: Any) -> typer.Typer:
    return typer.Typer(
        cls=options.pop("cls", Group),
        help=help,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        **options,
    )


app = _make_group(name="autometa", context_settings={"help_option_names": ["-h", "--help"]})
GROUPS = {"": app}
SCHEMAS: dict[str, Path] = {}  # of the JSON of each command


def group(name: str, help: str, *, panel: str | None = None, **options: Any) -> None:
    """Add a group of commands, such as ``kb`` or ``kb import``."""
    parent, _, last = name.rpartition(" ")
    GROUPS[name] = _make_group(help, **options)
    GROUPS[parent].add_typer(GROUPS[name], name=last, rich_help_panel=panel)


group("kb", "Collect, build and keep knowledge bases.", panel=BASES)
group("model", "Look into saved models.", panel=ADVICE)
group("config", "Say which settings are in force.", panel=ABOUT)


def command(
    name: str,
    *,
    panel: str | None = None,
    examples: Sequence[str] = (),
    then: str = "",
    cls: type[TyperCommand] = TyperCommand,
    hidden: bool = False,
    schema: Path | None = None,
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Make a command of a function.

    Parameters
    ----------
    name : str
        As it is typed after ``autometa``, such as ``kb info``.
    panel : str or None
        Under which title the help of its group shows it.
    examples : sequence of str
        Two whole command lines for its help.
    then : str
        The command line that usually comes next.
    cls : type
        Of the command; some take arguments of their own kind.
    hidden : bool
        Whether help leaves it out; its answers are those of its group.
    schema : path or None
        Of its JSON; None is the file beside the module.
    """

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        parent, _, last = name.rpartition(" ")
        shown = parent if hidden else name
        SCHEMAS[shown] = schema or Path(inspect.getfile(function)).with_suffix(".json")
        GROUPS[parent].command(
            last,
            cls=cls,
            help=_paragraphs(function.__doc__ or ""),
            epilog=_epilog(examples, then),
            rich_help_panel=panel,
            hidden=hidden,
        )(_with_output_options(function, shown))
        return function

    return register


def _paragraphs(text: str) -> str:
    """Return text whose paragraphs are one line each: a terminal breaks them where it ends."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def _epilog(examples: Sequence[str], then: str) -> str | None:
    lines = ["Examples:", *(f"  {escape(example)}" for example in examples)] if examples else []
    if then:
        lines.append(f"Then: {escape(then)}")
    return "\n".join(lines) or None


def _with_output_options(function: Callable[..., Answer], name: str) -> Callable[..., None]:
    """Return the function with the options of all commands, printing its answer."""

    @functools.wraps(function)
    def run(**given: Any) -> None:
        _output.set_mode(**{option: given.pop(option) for option in OUTPUT_OPTIONS})
        check_reads_none(given)
        _deliver(name, function(**given))

    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name])
        for parameter in inspect.signature(function).parameters.values()
    ]
    added = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for option, kind in OUTPUT_OPTIONS.items()
    ]
    run.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *added]}
    return run


def _deliver(name: str, answer: Answer) -> None:
    # a terminal whose closing ended the command cannot be printed to
    was_signalled = answer.exit_code > SIGNALLED
    with contextlib.suppress(OSError) if was_signalled else contextlib.nullcontext():
        if _output.MODE.as_json:
            _output.print_json(
                envelope(name, answer.content, answer.knowledge_base, _output.MODE.notes)
            )
        elif answer.show is not None:
            answer.show()
    if was_signalled:  # which has been said: what typer makes of Ctrl-C by itself has not
        raise SystemExit(answer.exit_code)
    if answer.exit_code:
        raise typer.Exit(answer.exit_code)
