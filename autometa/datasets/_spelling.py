"""How numbers are written in a column, from the bytes of its texts.

Regular expressions over each field would take several times as long as reading
the file; these questions need a few bytes a field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from autometa._common.arrays import Booleans, Bytes, Integers

LONG = 16  # digits; integers that 64-bit floats cannot hold have as many
ZERO, NINE, POINT, PLUS, MINUS = (ord(sign) for sign in "09.+-")
LETTERS_OF_FORM = tuple(map(ord, "eE+xX"))


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How the texts of a numeric column are written.

    Attributes
    ----------
    has_codes : bool
        Some begin with a zero before another digit (``02134``), or are
        hexadecimal.
    odd : ndarray of bool, one a row
        Texts whose number another text may have: ``1.50`` (beside ``1.5``),
        ``1.0`` (beside ``1``), ``1e1``, ``+5``. Two of the others never share one.
    has_long_integers : bool
        Some have `LONG` digits or more and no point.
    """

    has_codes: bool
    odd: Booleans
    has_long_integers: bool


def spelling(texts: pa.ChunkedArray) -> Spelling:
    """Return how the texts of a column, which all read as numbers, are written."""
    parts = [_Part.of(chunk) for chunk in texts.chunks]
    return Spelling(
        has_codes=any(part.has_codes() for part in parts),
        odd=_odd(parts),
        has_long_integers=any(part.has_long_integers() for part in parts),
    )


def _odd(parts: list[_Part]) -> Booleans:
    """Return which texts have a zero at the end that others may leave out, or a letter.

    Not where all have one number of decimals, nor where the only ones are those
    of ``1.0``, as Python writes whole numbers among others.
    """
    decimals = [part.decimals() for part in parts]
    lowest = min((int(d.min()) for d in decimals if len(d)), default=0)
    highest = max((int(d.max()) for d in decimals if len(d)), default=0)
    masks = [np.zeros(0, np.bool_)]
    for part, n in zip(parts, decimals, strict=True):
        odd = part.rows_with(LETTERS_OF_FORM)
        if lowest != highest:
            odd |= part.ends_in_zero(n, 1 if lowest < 0 else 2)  # below 0: without a point
        masks.append(part.spread(odd))
    return np.concatenate(masks)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The present texts of a chunk: all bytes, and where each text begins and ends."""

    data: Bytes
    starts: Integers
    ends: Integers
    is_present: Booleans

    @classmethod
    def of(cls, chunk: pa.Array) -> _Part:
        # A missing text may have bytes all the same.
        _, offsets, data = (chunk.fill_null("") if chunk.null_count else chunk).buffers()
        if data is None or not len(chunk):
            no = np.zeros(0, np.int64)
            missing = np.zeros(len(chunk), np.bool_)
            return cls(data=np.zeros(1, np.uint8), starts=no, ends=no, is_present=missing)
        start = 0 if chunk.null_count else chunk.offset
        bounds = np.frombuffer(offsets, np.int32)[start : start + len(chunk) + 1]
        places = bounds.astype(np.int64)
        starts, ends = places[:-1], places[1:]
        is_present = ends > starts
        if not is_present.all():
            starts, ends = starts[is_present], ends[is_present]
        content = np.frombuffer(data, np.uint8)
        return cls(data=content, starts=starts, ends=ends, is_present=is_present)

    def spread(self, mask: Booleans) -> Booleans:
        """Return a mask of the present texts as one of all rows."""
        if len(mask) == len(self.is_present):
            return mask
        whole = np.zeros(len(self.is_present), np.bool_)
        whole[self.is_present] = mask
        return whole

    def rows_with(self, letters: tuple[int, ...]) -> Booleans:
        """Return which texts hold one of some letters."""
        mask = np.zeros(len(self.starts), np.bool_)
        text = self.text().tobytes()
        for letter in letters:
            if letter in text:
                mask[self.rows(self.places(letter))] = True
        return mask

    def text(self) -> Bytes:
        """Return the bytes of all texts."""
        return self.data[self.starts[0] : self.ends[-1]] if len(self.starts) else self.data[:0]

    def places(self, letter: int) -> Integers:
        places: Integers = (self.text() == letter).nonzero()[0]
        return places + self.starts[0] if len(places) else places

    def rows(self, places: Integers) -> Integers:
        """Return the text that each byte is of."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def has_codes(self) -> bool:
        first = self.data[self.starts]
        digit = self.starts + ((first == MINUS) | (first == PLUS))
        zero = digit[(digit + 1 < self.ends) & (self.data[np.minimum(digit, self.last)] == ZERO)]
        after = self.data[zero + 1]
        return bool((((after >= ZERO) & (after <= NINE)) | (after | 32 == ord("x"))).any())

    @property
    def last(self) -> int:
        return len(self.data) - 1

    def decimals(self) -> Integers:
        """Return the digits behind the point of each text; -1 where there is no point."""
        points = self.places(POINT)
        if len(points) == len(self.starts):  # each has one: numbers have no more
            return self.ends - points - 1
        rows = self.rows(points)
        decimals = np.full(len(self.starts), -1)
        decimals[rows] = self.ends[rows] - points - 1
        return decimals

    def ends_in_zero(self, decimals: Integers, least: int) -> Booleans:
        """Return which fractions of so many decimals or more end in a zero, or in the point."""
        is_zero = self.data[self.ends - 1] == ZERO
        odd: Booleans = (is_zero & (decimals >= least)) | (decimals == 0)
        return odd

    def has_long_integers(self) -> bool:
        is_long = self.ends - self.starts >= LONG
        if not is_long.any():
            return False
        return bool((self.decimals()[is_long] < 0).any())
