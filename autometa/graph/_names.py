"""What things are called in the graph: one name, one IRI, and the reverse.

The patterns are those of MLSea's mapping rules, so that what both graphs describe is one node.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autometa.exceptions import KnowledgeBaseError
from autometa.graph._terms import MLSEA, encoded

_OPENML = re.compile(r"openml:(task|flow|run)/([1-9]\d*)")


@dataclass(frozen=True)
class Names:
    """IRIs of the things of a knowledge base, in pointed brackets.

    Attributes
    ----------
    namespace : str
        Of what OpenML has no number for; what it has one for is called as MLSea calls it.
    """

    namespace: str = MLSEA

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*[/#:]", self.namespace):
            raise KnowledgeBaseError(
                "The 'namespace' parameter of graph must be an IRI that ends in '/', '#' or ':'. "
                f"Got {self.namespace!r}."
            )

    def of(self, kind: str, *names: str) -> str:
        """Return the IRI of a thing of ours."""
        return f"<{self.namespace}{'/'.join([kind, *map(encoded, names)])}>"

    def within(self, whole: str, kind: str, name: str) -> str:
        """Return the IRI of a part of a thing."""
        return f"{whole[:-1]}/{kind}/{encoded(name)}>"

    def _numbered(self, kind: str, name: str) -> str:
        known = _OPENML.fullmatch(name)
        if known and known[1] == kind:
            return f"<{MLSEA}{kind}/{known[2]}>"
        return self.of(kind, name)

    def task(self, task_id: str) -> str:
        """Return the IRI of a task."""
        return self._numbered("task", task_id)

    def flow(self, algorithm: str) -> str:
        """Return the IRI of an algorithm's implementation."""
        return self._numbered("flow", algorithm)

    def run(self, run_id: str) -> str:
        """Return the IRI of a run."""
        return self._numbered("run", run_id)

    def hyperparameter(self, algorithm: str, name: str) -> str:
        """Return the IRI of a hyperparameter."""
        return self.within(self.flow(algorithm), "hyperParameter", name)

    def measure(self, metric: str) -> str:
        """Return the IRI of a metric."""
        return self.of("evaluationMeasure", metric)

    def setup(self, setup_id: str) -> str:
        """Return the IRI of a setup."""
        return self.of("setup", setup_id)

    def statement(self, kind: str, *names: str) -> str:
        """Return the IRI of a statement about an edge."""
        return self.of("statement", kind, *names)


def run_name(task_id: str, setup_id: str, repeat: int | None = None) -> str:
    """Return what a run of a setup on a task is called; of several, by its place among them.

    A setup's id has 12 digits and no point, so that no two runs share a name.
    """
    return f"{task_id}-{setup_id}" + ("" if repeat is None else f".{repeat}")


def key_of(name: str) -> str:
    """Return what stands for a name in texts that MLSea makes: OpenML's number, or the name."""
    known = _OPENML.fullmatch(name)
    return known[2] if known else name


def check_distinct(kind: str, names: Iterable[str], naming: Names) -> None:
    """Raise when two names would be one node: ``openml:task/31`` beside a task called ``31``."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(naming._numbered(kind, name), name)
        if other != name:
            raise KnowledgeBaseError(
                f"Each {kind} needs an address of its own in the graph, but {other!r} and {name!r} "
                "would share one. Give graph(namespace=...) ('--namespace') another namespace "
                "for names that OpenML does not know."
            )
