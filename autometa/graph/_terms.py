"""RDF terms as N-Triples writes them: text that is compared, counted and written as it is.

A graph of a million triples is a stream of such texts. An object a term would cost ten times the
memory and most of the time, so only what a query touches becomes one.
"""

from __future__ import annotations

import math
import re
from urllib.parse import quote

Pair = tuple[str, str]
Block = tuple[str, list[Pair]]  # a subject, with its predicates and objects

MLSEA = "http://w3id.org/mlsea/openml/"
OWN = "urn:autometa:"  # terms that no vocabulary has; an URN promises no page that one could fetch

PREFIXES = {
    "mls": "http://www.w3.org/ns/mls#",
    "mlso": "http://w3id.org/mlso/",
    "mlso-dc": "http://w3id.org/mlso/vocab/dataset_characteristic/",
    "mlso-em": "http://w3id.org/mlso/vocab/evaluation_measure#",
    "mlso-ep": "http://w3id.org/mlso/vocab/estimation_procedure#",
    "mlso-tt": "http://w3id.org/mlso/vocab/ml_task_type#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "autometa": OWN,
}

# Quotes, backslashes and what no line may hold: N-Triples, Turtle and their readers agree on these.
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t",
}  # fmt: skip
_ESCAPED = re.compile(r'\\(u[0-9A-F]{4}|["\\nrt])')
_MEANT = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def term(name: str) -> str:
    """Return the term of a prefixed name.

    Examples
    --------
    >>> term("rdfs:label")
    '<http://www.w3.org/2000/01/rdf-schema#label>'
    """
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def compact(iri: str) -> str:
    """Return an IRI of a known vocabulary with its prefix, another as it is."""
    # the longest that fits: mlso is the beginning of mlso-dc
    fits = [p for p, space in PREFIXES.items() if iri.startswith(space)]
    best = max(fits, key=lambda p: len(PREFIXES[p]), default=None)
    return iri if best is None else f"{best}:{iri[len(PREFIXES[best]) :]}"


def text(value: str) -> str:
    """Return a literal of text."""
    return f'"{value.translate(_ESCAPES)}"'


def unescaped(value: str) -> str:
    """Return what a literal's escaped text means."""
    return _ESCAPED.sub(_meant, value) if "\\" in value else value


def _meant(match: re.Match[str]) -> str:
    found = match[1]
    return chr(int(found[1:], 16)) if found[0] == "u" and len(found) > 1 else _MEANT[found]


_DOUBLE = f"^^{term('xsd:double')}"
_INTEGER = f"^^{term('xsd:integer')}"
_BOOLEAN = f"^^{term('xsd:boolean')}"


def double(value: float) -> str | None:
    """Return a literal that reads back to the same bits; None for NaN, which is no value.

    Examples
    --------
    >>> double(1e-300), double(float("inf")), double(float("nan"))
    ('"1e-300"^^<http://www.w3.org/2001/XMLSchema#double>', \
'"INF"^^<http://www.w3.org/2001/XMLSchema#double>', None)
    """
    if math.isfinite(value):
        return f'"{float(value)!r}"{_DOUBLE}'  # the shortest digits that give the same double
    if math.isnan(value):
        return None
    return f'"{"INF" if value > 0 else "-INF"}"{_DOUBLE}'


def integer(value: int) -> str:
    """Return a literal of a whole number."""
    return f'"{int(value)}"{_INTEGER}'


def literal(value: object) -> str | None:
    """Return the literal of a plain value; None where there is none (None, NaN)."""
    if value is None:
        return None
    if isinstance(value, bool):
        return f'"{str(value).lower()}"{_BOOLEAN}'
    if isinstance(value, int):
        return integer(value)
    return double(value) if isinstance(value, float) else text(str(value))


def parts_of(literal_term: str) -> tuple[str, str]:
    """Return the text of a literal and the IRI of its datatype, "" for text.

    Examples
    --------
    >>> parts_of('"1"^^<http://www.w3.org/2001/XMLSchema#integer>')
    ('1', 'http://www.w3.org/2001/XMLSchema#integer')
    """
    if literal_term.endswith('"'):
        return unescaped(literal_term[1:-1]), ""
    value, _, datatype = literal_term.rpartition("^^")
    return unescaped(value[1:-1]), datatype[1:-1]


def encoded(name: str) -> str:
    """Return a name as one step of an IRI's path; another name is another step.

    Examples
    --------
    >>> encoded("A B"), encoded("A%20B"), encoded("x/../y"), encoded("..")
    ('A%20B', 'A%2520B', 'x%2F..%2Fy', '%2E%2E')
    """
    if name in (".", ".."):  # readers that resolve paths would take them for the folder above
        return name.replace(".", "%2E")
    return quote(name, safe="", errors="surrogatepass")
