"""Flow names: what is the learner, what is before it, and what is only a version.

OpenML numbers the uploads of a flow ("(12)", or "_8" in older exports), and
scikit-learn moved its classes between private modules; neither changes what was
run, so both are taken off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

VERSION = re.compile(r"\((\d+)\)\s*$")
OLD_VERSION = re.compile(r"^((?:mlr|weka|classif|regr)\.[\w.]*?)_(\d+)$")
PIPELINES = ("sklearn.pipeline.Pipeline", "imblearn.pipeline.Pipeline")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow's name, taken apart.

    Attributes
    ----------
    name : str
        Without version and private modules: ``sklearn.svm.SVC``.
    parts : tuple of (str, Flow)
        Steps of a pipeline, or what else stands in its brackets; the name of a
        step may be "".
    """

    name: str
    parts: tuple[tuple[str, Flow], ...] = ()

    @property
    def text(self) -> str:
        """The whole name, as setups of unknown flows are filed under."""
        if not self.parts:
            return self.name
        steps = (f"{step}={part.text}" if step else part.text for step, part in self.parts)
        return f"{self.name}({','.join(steps)})"

    @property
    def short(self) -> str:
        """The last word of the name: ``SVC``."""
        return self.name.rpartition(".")[2]

    def learner(self) -> tuple[Flow, tuple[Flow, ...]]:
        """Return the last step of a pipeline, and all that stands before it."""
        if self.name not in PIPELINES or not self.parts:
            return self, ()
        *before, (_, last) = self.parts
        learner, inner = last.learner()
        leaves = tuple(leaf for _, part in before for leaf in part.leaves())
        return learner, (*leaves, *inner)

    def leaves(self) -> tuple[Flow, ...]:
        """Return the parts that hold no others."""
        if not self.parts:
            return (self,)
        return tuple(leaf for _, part in self.parts for leaf in part.leaves())


@lru_cache(maxsize=10_000)
def parse_flow(name: str) -> Flow:
    """Return a flow's name taken apart.

    Examples
    --------
    >>> parse_flow("sklearn.ensemble.forest.RandomForestClassifier(12)").name
    'sklearn.ensemble.RandomForestClassifier'
    >>> parse_flow("mlr.classif.ranger_8").name, parse_flow("weka.SMO_PolyKernel(2)").name
    ('mlr.classif.ranger', 'weka.SMO_PolyKernel')
    """
    return _parse(name.strip())


def _parse(text: str) -> Flow:
    text = VERSION.sub("", text.strip())
    head, bracket, rest = text.partition("(")
    if not bracket or not rest.endswith(")"):
        old = OLD_VERSION.match(text)
        return Flow(name=_public(old[1] if old else text))
    parts = []
    for item in _split(rest[:-1]):
        step, equals, inner = item.partition("=")
        if not equals or "(" in step or "." in step:
            step, inner = "", item
        parts.append((step.strip(), _parse(inner)))
    return Flow(name=_public(head), parts=tuple(parts))


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    items, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            items.append(text[begin:at])
            begin = at + 1
    return [item for item in (*items, text[begin:]) if item.strip()]


def _public(name: str) -> str:
    """Return a name without scikit-learn's inner modules."""
    words = name.strip().split(".")
    if words[0] in ("sklearn", "imblearn") and len(words) > 3:
        words = [*words[:2], words[-1]]
    return ".".join(words)
