"""Free text as a few numbers: the leading components of its TF-IDF matrix.

Words and components are learnt from at most 5,000 rows. scikit-learn's vectorizer takes
a microsecond for each word and more for those it does not know, so words are counted by
Arrow: the numbers are the same, ten times as soon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import normalize

MAX_WORDS = 1000
MAX_TEXT_ROWS = 5_000
N_COMPONENTS = 8
TEXTS_AT_ONCE = 10_000  # bounds the words that are in memory as Python objects


def fit_text(texts: pd.Series[str]) -> Pipeline:
    """Return a vectorizer and a decomposition fitted on some of the texts."""
    if len(texts) > MAX_TEXT_ROWS:
        texts = texts.iloc[word_rows(len(texts))]
    words = TfidfVectorizer(max_features=MAX_WORDS, token_pattern=r"\S+")  # noqa: S106 - not a password
    matrix = words.fit_transform(texts)
    n_components = min(N_COMPONENTS, matrix.shape[1])
    return make_pipeline(words, TruncatedSVD(n_components, random_state=0).fit(matrix))


def word_rows(n_rows: int) -> npt.NDArray[np.intp]:
    """Return the rows of a table that words are learnt from, the same for all its columns."""
    if n_rows <= MAX_TEXT_ROWS:
        return np.arange(n_rows)
    return np.random.default_rng(0).permutation(n_rows)[:MAX_TEXT_ROWS]


def text_parts(fitted: Pipeline, texts: pd.Series[str]) -> npt.NDArray[np.float64]:
    """Return what ``fitted.transform`` would, one row a text."""
    words, components = fitted[0], fitted[1]
    codes, levels = pd.factorize(texts.astype(object))
    parts = np.empty((len(levels), len(components.components_)))
    for start in range(0, len(levels), TEXTS_AT_ONCE):
        some = slice(start, start + TEXTS_AT_ONCE)
        counts = _count(levels[some], words.vocabulary_)
        counts.data *= words.idf_[counts.indices]
        parts[some] = components.transform(normalize(counts, copy=False))
    return np.asarray(parts[codes])


def _count(texts: npt.NDArray[Any], vocabulary: dict[str, int]) -> csr_matrix:
    """Return how often each text holds each word; a word is what blanks do not part."""
    lowered = [text.lower().encode("utf-8", "replace").decode() for text in texts]
    words = pc.utf8_split_whitespace(pa.array(lowered, pa.large_string()))
    coded = words.flatten().dictionary_encode()
    codes = [vocabulary.get(word, -1) for word in coded.dictionary.to_pylist()]
    places = np.array([*codes, -1])[coded.indices.to_numpy()]
    rows = np.repeat(np.arange(len(texts)), words.value_lengths().to_numpy())
    is_known = places >= 0
    ones = np.ones(int(is_known.sum()))
    shape = (len(texts), len(vocabulary))
    counts = csr_matrix((ones, (rows[is_known], places[is_known])), shape=shape)
    counts.sum_duplicates()
    return counts
