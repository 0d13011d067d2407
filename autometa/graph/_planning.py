"""The order in which the patterns of a query are looked up: few matches first, joined ones next.

rdflib sorts patterns by how much of them is given, without a look at the graph, and then joins
patterns that share no variable: all algorithms by all datasets by all qualities. The store knows
how often each pattern fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Pattern = tuple[Any, Any, Any]


def plan(algebra: Any, store: Any) -> None:
    """Put the patterns of each group of a translated query into a good order, in place.

    rdflib sorts the patterns of a group once more when it evaluates it. So a group becomes joins
    of groups of one pattern, each evaluated with what those before it have bound.
    """
    for group in list(_groups(algebra)):
        patterns = ordered(group["triples"], store)
        if len(patterns) > 1:
            _make_join(group, patterns)


def _make_join(group: Any, patterns: list[Pattern]) -> None:
    from rdflib.plugins.sparql.parserutils import CompValue

    def alone(pattern: Pattern) -> Any:
        return CompValue("BGP", triples=[pattern], _vars=_variables(pattern))

    joined = alone(patterns[0])
    for pattern in patterns[1:-1]:
        known = joined["_vars"] | _variables(pattern)
        joined = CompValue("Join", p1=joined, p2=alone(pattern), lazy=True, _vars=known)
    names = group["_vars"]
    group.clear()
    group.name = "Join"
    group.update(p1=joined, p2=alone(patterns[-1]), lazy=True, _vars=names)


def _groups(node: Any) -> Iterator[Any]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name == "BGP":
            yield node
        for child in node.values():
            yield from _groups(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _groups(child)


def ordered(patterns: list[Pattern], store: Any) -> list[Pattern]:
    """Return patterns, the one with the fewest matches first, then what is joined to it."""
    known: set[Any] = set()
    left, found = list(patterns), []
    while left:
        joined = [pattern for pattern in left if _variables(pattern) & known]
        costs = [_matches(pattern, known, store) for pattern in joined or left]
        best = (joined or left)[costs.index(min(costs))]
        left.remove(best)
        found.append(best)
        known |= _variables(best)
    return found


def _variables(pattern: Pattern) -> set[Any]:
    from rdflib.term import BNode, Variable

    return {one for one in pattern if isinstance(one, Variable | BNode)}


def _matches(pattern: Pattern, known: set[Any], store: Any) -> float:
    """Return about how many triples fit, once the variables that are known have a value."""
    variables = _variables(pattern)
    if not all(isinstance(one, str) for one in pattern):  # a path with a star: last
        return float("inf")
    fixed = [None if one in variables else one for one in pattern]
    matches = float(store.count(fixed))
    for place in (0, 2):
        if pattern[place] in variables & known:
            matches /= max(store.n_different(fixed, place), 1)
    return matches
