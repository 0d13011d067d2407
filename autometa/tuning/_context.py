"""RunContext: what a run of `tune` was asked and saw, which nothing but a report needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Self

from autometa.tables import TableOverview
from autometa.tuning._options import TuneOptions
from autometa.tuning._question import Question

if TYPE_CHECKING:
    from autometa.knowledge_base import KnowledgeBase
    from autometa.meta_models import MetaModel
    from autometa.recommendation import Recommendations
    from autometa.tuning._state import SearchState

_PLAIN = (str, int, float, bool, type(None))  # exactly: written as they are in a script


@dataclass(frozen=True, kw_only=True, eq=False)
class RunContext:
    """What a run was asked and saw.

    Attributes
    ----------
    overview : TableOverview
    remarks : tuple of str
        What warnings said of the table when it was checked.
    asked : dict
        Arguments of `tune` that are not the default, as far as they can be written in a script;
        of others the name of their type, in angle brackets.
    seed : int
        Of the study; with it and the same number of trials the same setups are tried.
    advice : Recommendations or None
        What the knowledge base recommended; None when none was asked, or it did not come in time.
    knowledge_base : KnowledgeBase, MetaModel, False or None
        The one that was asked; None is the default one.
    """

    overview: TableOverview
    remarks: tuple[str, ...]
    asked: dict[str, Any]
    seed: int
    advice: Recommendations | None = None
    knowledge_base: KnowledgeBase | MetaModel | Literal[False] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # a knowledge base is too much to send with a result: what needs it is then left out
        base = None if self.knowledge_base is None else False
        return {**self.__dict__, "knowledge_base": base}

    @classmethod
    def of(
        cls, question: Question, options: TuneOptions, state: SearchState, remarks: Sequence[str]
    ) -> Self:
        """Return the context of a run that is over."""
        return cls(
            overview=TableOverview.of(question.table),
            remarks=tuple(dict.fromkeys(remarks)),
            asked=_asked(options),
            seed=state.settings.seed,
            advice=state.advice,
            knowledge_base=question.knowledge_base,
        )


class NotWritten(str):
    """What stands for a value that only the caller has; no text of a caller is one."""

    __slots__ = ()


def _asked(options: TuneOptions) -> dict[str, Any]:
    given = {f.name: getattr(options, f.name) for f in fields(options)}
    defaults = {f.name: f.default for f in fields(options)}
    return {
        name: _written(name, value)
        for name, value in given.items()
        # `is`: an array among the arguments compares by element
        if value is not defaults[name] and not (_is_plain(value) and value == defaults[name])
    }


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN


def _written(name: str, value: Any) -> Any:
    if name == "storage":  # an address may hold a password, and a page is handed on
        return NotWritten("storage")
    if _is_plain(value):
        return value
    if isinstance(value, list | tuple) and all(map(_is_plain, value)):
        return list(value)
    return NotWritten(type(value).__name__)
