"""Ten questions to the graph, ready to ask by name and to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Question:
    """A question and its SPARQL."""

    text: str
    sparql: str


_ALL = {
    "winners-with-gaps": Question(
        "Which algorithm wins on tasks with more than 20 % missing cells?",
        """SELECT ?algorithm (COUNT(?task) AS ?wins) WHERE {
  ?quality autometa:metaFeature "missing_share" ; mls:hasValue ?share .
  FILTER(?share > 0.2)
  ?dataset mls:hasQuality ?quality ; a mls:Dataset .
  ?task mls:definedOn ?dataset .
  ?flow autometa:bestOn ?task ; a mls:Implementation ; dcterms:title ?algorithm .
} GROUP BY ?algorithm ORDER BY DESC(?wins) ?algorithm""",
    ),
    "better-on-wide": Question(
        "What dominates random forests on wide tables (more than 100 columns)?",
        """SELECT ?algorithm (COUNT(?task) AS ?tasks) (AVG(?won) AS ?share) WHERE {
  ?quality autometa:metaFeature "n_columns" ; mls:hasValue ?columns .
  FILTER(?columns > 100)
  ?dataset mls:hasQuality ?quality ; a mls:Dataset .
  ?task mls:definedOn ?dataset .
  ?forest rdf:object ?task ; rdf:predicate autometa:evaluatedOn ;
    rdf:subject/dcterms:title "random_forest" ; autometa:score ?theirs .
  ?other rdf:object ?task ; rdf:predicate autometa:evaluatedOn ;
    rdf:subject/dcterms:title ?algorithm ; autometa:score ?score .
  FILTER(?algorithm != "random_forest")
  BIND(IF(?score > ?theirs, 1.0, 0.0) AS ?won)
} GROUP BY ?algorithm HAVING(AVG(?won) > 0.5) ORDER BY DESC(?share) ?algorithm""",
    ),
    "no-winner": Question(
        "On which tasks are all algorithms within a standard error of the best?",
        """SELECT ?name ?algorithms ?spread ?noise WHERE {
  ?task autometa:nNearBest ?near ; autometa:nAlgorithms ?algorithms ; rdfs:label ?name ;
    autometa:spread ?spread ; autometa:noise ?noise .
  FILTER(?near = ?algorithms && ?algorithms > 1)
} ORDER BY ?name""",
    ),
    "dominates": Question(
        "Which algorithms dominate which, over all tasks?",
        """SELECT ?winner ?loser ?share ?wins ?losses WHERE {
  ?s rdf:predicate autometa:dominates ; rdf:subject/dcterms:title ?winner ;
    rdf:object/dcterms:title ?loser ; autometa:share ?share ; autometa:nWins ?wins ;
    autometa:nLosses ?losses .
} ORDER BY DESC(?share) ?winner ?loser""",
    ),
    "like": Question(
        "Which tasks are most alike, and do the same algorithms win there?",
        """SELECT ?name ?other ?distance ?algorithm WHERE {
  ?s rdf:predicate autometa:similarTo ; rdf:subject ?task ; rdf:object ?near ;
    autometa:distance ?distance .
  ?task rdfs:label ?name .
  ?near rdfs:label ?other .
  OPTIONAL {
    ?flow autometa:bestOn ?task , ?near ; a mls:Implementation ; dcterms:title ?algorithm .
  }
} ORDER BY ?distance ?name ?other LIMIT 20""",
    ),
    "best-setups": Question(
        "Which setups are best on the most tasks?",
        """SELECT ?setup (COUNT(?task) AS ?wins) WHERE {
  ?s a autometa:Setup ; autometa:bestOn ?task ; rdfs:label ?setup .
} GROUP BY ?setup ORDER BY DESC(?wins) ?setup LIMIT 10""",
    ),
    "never-best": Question(
        "Which algorithms are best nowhere, and on how many tasks were they tried?",
        """SELECT ?algorithm (COUNT(?task) AS ?tasks) WHERE {
  ?flow a mls:Implementation ; dcterms:title ?algorithm ; autometa:evaluatedOn ?task .
  FILTER NOT EXISTS { ?flow autometa:bestOn ?any }
} GROUP BY ?algorithm ORDER BY DESC(?tasks) ?algorithm""",
    ),
    "failures": Question(
        "On which tasks do runs of which algorithms fail most?",
        """SELECT ?name ?algorithm ?failed WHERE {
  ?s autometa:nFailed ?failed .
  FILTER(?failed > 0)
  ?s rdf:predicate autometa:evaluatedOn ; rdf:object/rdfs:label ?name ;
    rdf:subject/dcterms:title ?algorithm .
} ORDER BY DESC(?failed) ?name ?algorithm LIMIT 20""",
    ),
    "families": Question(
        "Which families hold several tasks, and does the same algorithm win on all of them?",
        """SELECT ?family (COUNT(DISTINCT ?task) AS ?tasks) (COUNT(DISTINCT ?flow) AS ?winners)
WHERE {
  ?origin a autometa:Family ; rdfs:label ?family .
  ?dataset prov:wasDerivedFrom ?origin .
  ?task mls:definedOn ?dataset .
  ?flow autometa:bestOn ?task ; a mls:Implementation .
} GROUP BY ?family HAVING(COUNT(DISTINCT ?task) > 1) ORDER BY DESC(?tasks) ?family""",
    ),
    "cheap-and-near": Question(
        "Where is a fit below a second within 1 % of the way from the best algorithm to the worst?",
        """SELECT ?algorithm (COUNT(?task) AS ?tasks) (AVG(?seconds) AS ?mean_seconds) WHERE {
  ?s rdf:predicate autometa:evaluatedOn ; autometa:regret ?regret ;
    autometa:fitSeconds ?seconds ; rdf:subject/dcterms:title ?algorithm ; rdf:object ?task .
  FILTER(?regret <= 0.01 && ?seconds < 1)
} GROUP BY ?algorithm ORDER BY DESC(?tasks) ?algorithm""",
    ),
}
QUESTIONS: Mapping[str, Question] = MappingProxyType(_ALL)
