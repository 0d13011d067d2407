"""How a CSV file is written: its delimiter, and what stands before its header.

Read from the first records. Quoted fields are emptied first, so that what
stands inside of quotes neither counts as a delimiter nor ends a line.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = ",;\t|"
SAMPLE = 2**18  # bytes looked at; a header longer than that is looked at whole
N_RECORDS = 100
COMMENT = ("#", "%", "//")
# No tabs among the blanks: they are delimiters, and runs of both would be tried from each.
QUOTED = re.compile(r'(?:^|(?<=[,;\t|]))( *)"(?:[^"]|"")*"', re.MULTILINE)
ESCAPED = re.compile(r'(?:^|(?<=[,;\t|]))( *)"(?:[^"\\]|""|\\.)*"', re.MULTILINE | re.DOTALL)
QUOTES = re.compile(r'"[^"\n]*"')
BLANKS = re.compile(r'"[^"\n]*"|[ \t]+')
AT_ENDS = re.compile(r"^ | $", re.MULTILINE)
SPACED_QUOTE = re.compile(r'[,;\t|] +"')
SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # what Excel writes and obeys
NUMBER_LIKE = re.compile(r"\s*[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?\s*")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a CSV file is written.

    Attributes
    ----------
    delimiter : str
        A blank stands for any number of blanks and tabs.
    n_skipped : int
        Lines before the header.
    is_spaced : bool
        Blanks stand between a delimiter and a quote, and belong to neither.
    is_escaped : bool
        A backslash stands before a quote inside of quotes.
    is_hash_header : bool
        The header begins with a comment mark that belongs to no name.
    """

    delimiter: str = ","
    n_skipped: int = 0
    is_spaced: bool = False
    is_escaped: bool = False
    is_hash_header: bool = False


def find_dialect(data: bytes, default: str = ",") -> Dialect:
    """Return how a text in UTF-8 is written.

    Parameters
    ----------
    data : bytes
    default : str
        The delimiter that the file's name promises: it wins where it occurs in
        the header.
    """
    head = _head(data)
    first, _, rest = head.partition("\n")
    named = SEP_LINE.fullmatch(first)
    records = _records(rest if named else head, QUOTED)
    delimiter, share = (named[1], 1.0) if named else _delimiter(records, default)
    is_escaped = False
    if not named and not any(delimiter in record for record in records):
        by_blanks = [parted_by_blanks(record) for record in records]
        if _are_rows(by_blanks):
            records, delimiter = by_blanks, " "
    if share < 1.0 and '\\"' in head:
        escaped = _records(rest if named else head, ESCAPED)
        with_escapes = _delimiter(escaped, default)
        if with_escapes[1] > share:
            records, is_escaped, delimiter = escaped, True, with_escapes[0]
    n_skipped, is_hash_header = _find_header(records, delimiter)
    if any(line.count('"') % 2 for line in (rest if named else head).split("\n")[:n_skipped]):
        n_skipped = 0  # a quoted field over several lines: records are no lines here
    return Dialect(
        delimiter=delimiter,
        # Blank lines are no rows anyway: they need not be left out.
        n_skipped=n_skipped + 1 if named else (n_skipped if any(records[:n_skipped]) else 0),
        is_spaced=SPACED_QUOTE.search("\n".join(records)) is not None,
        is_escaped=is_escaped,
        is_hash_header=is_hash_header,
    )


def parted_by_blanks(text: str) -> str:
    """Return text in which any run of blanks and tabs outside of quotes is one blank."""
    plain = BLANKS.sub(lambda part: part[0] if part[0].startswith('"') else " ", text)
    return AT_ENDS.sub("", plain)


def _are_rows(records: list[str]) -> bool:
    """Return whether blanks part records into equally many fields, numbers among them."""
    rows = [row for row in records if row.strip() and not row.startswith(COMMENT)]
    share, mode, header_fit = _fit([QUOTES.sub('""', row) for row in rows], " ")
    is_table = share == 1.0 and mode > 0 and header_fit > 0
    return is_table and len(rows) > 1 and all(_has_number(row, " ") for row in rows[1:])


def looks_like_number(text: str) -> bool:
    """Return whether a field is written as a number, with a point or a comma."""
    return NUMBER_LIKE.fullmatch(text) is not None


def _head(data: bytes) -> str:
    """Return the first complete lines."""
    head = data[:SAMPLE]
    if len(data) > SAMPLE:
        end = head.rfind(b"\n")
        if end < 0:  # a header that is longer than the sample
            end = data.find(b"\n", SAMPLE)
            end = data.find(b"\n", end + 1) if end >= 0 else end
        head = data[: end if end >= 0 else len(data)]
    return head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _records(text: str, quoted: re.Pattern[str]) -> list[str]:
    """Return the first records, quoted fields emptied; those cut off at the end left out."""
    emptied = quoted.sub(r'\1""', text)
    return emptied.removesuffix("\n").split("\n")[:N_RECORDS]


def _delimiter(records: list[str], default: str) -> tuple[str, float]:
    """Return the delimiter under which most records have as many fields as the others.

    Among delimiters that fit all records the one that leaves most numbers wins
    (``1,5;2,5`` has two, parted at the comma none but the ends), then the usual
    one, then the one with most fields.
    """
    rows = [record for record in records if record.strip() and not record.startswith(COMMENT)]
    header = next((record for record in records if record.strip()), "")
    if default != "," and default in header:
        return default, _fit(rows, default)[0]
    scores = {}
    fits = {delimiter: _fit(rows, delimiter) for delimiter in DELIMITERS}
    # Under a header of semicolons commas mark decimals, even where one odd row fits commas alone.
    parts_header = any(fit == 2 and mode and share > 0.5 for share, mode, fit in fits.values())
    for rank, delimiter in enumerate(DELIMITERS):
        share, mode, header_fit = fits[delimiter]
        if parts_header and delimiter not in header:
            header_fit = 0
        cells = [cell for row in rows[1:20] for cell in row.split(delimiter)]
        n_numbers = sum(looks_like_number(cell) for cell in cells)
        numbers = n_numbers / len(cells) if cells else 0.0
        is_sound = header_fit if mode > 0 and share == 1.0 else 0
        share = share if mode else 0.0
        is_header = header_fit == 2 and mode > 0
        scores[delimiter] = (is_sound, is_header, share, numbers, delimiter == default, mode, -rank)
    best = max(scores, key=lambda d: scores[d])
    return (best, scores[best][2]) if scores[best][2] else (default, 1.0)


def _fit(rows: list[str], delimiter: str) -> tuple[float, int, int]:
    """Return the share of rows with the usual number of delimiters, that, and the header's fit.

    The header fits well (2) with the same number; one less (1) is that of row names
    of R, or of a delimiter at the end of each row.
    """
    counts = [row.count(delimiter) for row in rows]
    body = counts[1:] or counts
    if not body:
        return 0.0, 0, 0
    mode, n = Counter(body).most_common(1)[0]
    return n / len(body), mode, max(0, 2 - (mode - counts[0])) if counts[0] <= mode else 0


def _find_header(records: list[str], delimiter: str) -> tuple[int, bool]:
    """Return how many lines stand before the header, and if it begins with a comment mark."""
    rows = [r for r in records if r.strip() and not r.startswith(COMMENT)]
    width = _fit(rows, delimiter)[1] + 1
    for place, record in enumerate(records):
        if not record.strip():
            continue
        n_fields = record.count(delimiter) + 1
        if record.startswith(COMMENT):
            if record.startswith("#") and n_fields == width and width > 1:
                if record.startswith("#" + delimiter) and not _has_number(record, delimiter):
                    return place, False  # a column called '#'
                if _is_header(record, records[place + 1 :], delimiter):
                    return place, True
            continue
        if n_fields == 1 and width > 1 and _title_lines(records[place:], delimiter, width):
            continue
        return place, False
    return 0, False


def _is_header(record: str, others: list[str], delimiter: str) -> bool:
    """Return whether a line behind a comment mark names the columns of those that follow.

    It does when the next has a number, as no header has. Else all may be text:
    ``#name`` is a name unless the next line is a header, with numbers below it.
    """
    below = [r for r in others if r.strip()]
    if not below or below[0].startswith(COMMENT):
        return False
    if _has_number(below[0], delimiter):
        return True
    is_next_header = len(below) > 1 and _has_number(below[1], delimiter)
    return record[1:2].strip() != "" and not is_next_header


def _title_lines(records: list[str], delimiter: str, width: int) -> bool:
    """Return whether lines of one field are followed by a header: as wide as the rows, no number.

    A header of one name over rows of two fields is another thing: R leaves out
    the name of the row names.
    """
    header = next((r for r in records if delimiter in r and not r.startswith(COMMENT)), "")
    fields = header.split(delimiter)
    is_first_row = width == 2 and records and records[0].strip() and len(records[0].split()) == 1
    return len(fields) == width and not _has_number(header, delimiter) and not is_first_row


def _has_number(record: str, delimiter: str) -> bool:
    return any(looks_like_number(field) for field in record.split(delimiter))
