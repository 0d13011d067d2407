"""The footer of a part, read here: where row groups lie, and which tasks they hold.

Arrow's accessors of column chunks end the process where a footer is not sound: an
exception of C++ has no way through them. So what is asked of chunks is read from
Thrift's compact protocol [1]_ itself; all else is skipped. Arrow's readers of whole
files and row groups turn such exceptions into errors.

References
----------
.. [1] https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Fields by number, of parquet.thrift.
ROW_GROUPS = 4  # of FileMetaData
COLUMNS, NUM_ROWS = 1, 3  # of RowGroup
META_DATA = 3  # of ColumnChunk
COMPRESSED_SIZE, DATA_PAGE, DICTIONARY_PAGE, STATISTICS = 7, 9, 11, 12  # of ColumnMetaData
MAX_VALUE, MIN_VALUE, MAX_IS_EXACT, MIN_IS_EXACT = 5, 6, 7, 8  # of Statistics

# Types of values in the compact protocol.
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
MAX_NESTING = 16  # a footer nests seven levels


@dataclass(frozen=True)
class RowGroup:
    """Where a row group lies, and the least and greatest value of one of its columns.

    ``first`` and ``last`` are None where the footer does not say.
    """

    n_rows: int
    start: int
    n_bytes: int
    first: str | None
    last: str | None


def row_groups(footer: bytes, n_columns: int, place: int) -> list[RowGroup]:
    """Return the row groups that a footer lists.

    Parameters
    ----------
    footer : bytes
        As Thrift wrote it, without what stands before and after.
    n_columns : int
        As the schema of the footer says.
    place : int
        Of the column whose least and greatest value are wanted.

    Raises
    ------
    ValueError, IndexError
        If the bytes are no footer, or a group has other columns.
    """
    cursor = _Cursor(footer)
    groups: list[RowGroup] = []
    wanted = {ROW_GROUPS: lambda kind: cursor.structs(kind, lambda: groups.append(group()))}

    def group() -> RowGroup:
        chunks: list[dict[int, Any]] = []
        n_rows: list[int] = []
        cursor.struct(
            {
                COLUMNS: lambda kind: cursor.structs(kind, lambda: chunks.append(_chunk(cursor))),
                NUM_ROWS: lambda kind: n_rows.append(cursor.integer(kind)),
            }
        )
        if len(chunks) != n_columns or len(n_rows) != 1 or n_rows[0] < 0:
            raise ValueError("a row group has other columns than the schema, or no rows")
        starts = [chunk.get(DICTIONARY_PAGE) or chunk[DATA_PAGE] for chunk in chunks]
        n_bytes = sum(chunk[COMPRESSED_SIZE] for chunk in chunks)
        if min(starts) < 0 or n_bytes < 0:
            raise ValueError("a row group lies nowhere")
        first, last = _bounds(chunks[place].get(STATISTICS, {}))
        return RowGroup(n_rows[0], min(starts), n_bytes, first, last)

    cursor.struct(wanted)
    return groups


def _chunk(cursor: _Cursor) -> dict[int, Any]:
    """Return what is asked of a column chunk, by the number of its field."""
    fields_read: dict[int, Any] = {}

    def number(field: int) -> Callable[[int], None]:
        return lambda kind: fields_read.__setitem__(field, cursor.integer(kind))

    def statistics(kind: int) -> None:
        fields_read[STATISTICS] = _statistics(cursor, kind)

    def meta_data(kind: int) -> None:
        cursor.expect(kind, STRUCT)
        fields = {name: number(name) for name in (COMPRESSED_SIZE, DATA_PAGE, DICTIONARY_PAGE)}
        cursor.struct({**fields, STATISTICS: statistics})

    cursor.struct({META_DATA: meta_data})
    if COMPRESSED_SIZE not in fields_read or DATA_PAGE not in fields_read:
        raise ValueError("a column chunk is not described")
    return fields_read


def _statistics(cursor: _Cursor, kind: int) -> dict[int, Any]:
    bounds: dict[int, Any] = {}
    cursor.expect(kind, STRUCT)
    cursor.struct(
        {
            MAX_VALUE: lambda kind: bounds.__setitem__(MAX_VALUE, cursor.binary(kind)),
            MIN_VALUE: lambda kind: bounds.__setitem__(MIN_VALUE, cursor.binary(kind)),
            # a boolean has its value in the type alone
            MAX_IS_EXACT: lambda kind: bounds.__setitem__(MAX_IS_EXACT, kind == TRUE),
            MIN_IS_EXACT: lambda kind: bounds.__setitem__(MIN_IS_EXACT, kind == TRUE),
        }
    )
    return bounds


def _bounds(statistics: dict[int, Any]) -> tuple[str | None, str | None]:
    is_exact = statistics.get(MAX_IS_EXACT, True) and statistics.get(MIN_IS_EXACT, True)
    if not is_exact or MIN_VALUE not in statistics or MAX_VALUE not in statistics:
        return None, None
    return statistics[MIN_VALUE].decode(), statistics[MAX_VALUE].decode()


class _Cursor:
    """A place in bytes of the compact protocol."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        value = self.data[self.at]
        self.at += 1
        return value

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("a number has more than 64 bits")

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def expect(self, kind: int, *wanted: int) -> None:
        if kind not in wanted:
            raise ValueError(f"the footer has a value of type {kind} in place of {wanted}")

    def integer(self, kind: int) -> int:
        self.expect(kind, I16, I32, I64)
        return self.zigzag()

    def binary(self, kind: int) -> bytes:
        self.expect(kind, BINARY)
        size = self.varint()
        self.forward(size)
        return self.data[self.at - size : self.at]

    def forward(self, n_bytes: int) -> None:
        self.at += n_bytes
        if self.at > len(self.data):
            raise IndexError("the footer ends too early")

    def struct(self, fields: dict[int, Callable[[int], Any]], depth: int = 0) -> None:
        """Read a struct; a field that is asked for is read by its function, given its type."""
        number = 0
        while head := self.byte():
            kind, step = head & 0x0F, head >> 4
            number = number + step if step else self.zigzag()
            if number in fields:
                fields[number](kind)
            else:
                self.skip(kind, depth + 1)

    def structs(self, kind: int, read: Callable[[], Any]) -> None:
        """Read a list of structs."""
        size, of_kind = self._list()
        self.expect(kind, LIST)
        self.expect(of_kind, STRUCT)
        for _ in range(size):
            read()

    def _list(self) -> tuple[int, int]:
        head = self.byte()
        size = head >> 4
        return (self.varint() if size == 15 else size), head & 0x0F

    def skip(self, kind: int, depth: int) -> None:
        """Go past a value of a struct's field."""
        if depth > MAX_NESTING:
            raise ValueError("the footer nests too deep")
        if kind in (TRUE, FALSE):  # the type is the value
            return
        self._skip_value(kind, depth)

    def _skip_value(self, kind: int, depth: int) -> None:
        if kind in (BYTE, TRUE, FALSE):
            self.forward(1)
        elif kind in (I16, I32, I64):
            self.varint()
        elif kind == DOUBLE:
            self.forward(8)
        elif kind == BINARY:
            self.forward(self.varint())
        elif kind in (LIST, SET):
            size, of_kind = self._list()
            for _ in range(size):
                self._skip_item(of_kind, depth)
        elif kind == MAP:
            size = self.varint()
            kinds = self.byte() if size else 0
            for _ in range(size):
                self._skip_item(kinds >> 4, depth)
                self._skip_item(kinds & 0x0F, depth)
        elif kind == STRUCT:
            self.struct({}, depth)
        else:
            raise ValueError(f"the footer has a value of the unknown type {kind}")

    def _skip_item(self, kind: int, depth: int) -> None:
        if depth > MAX_NESTING:
            raise ValueError("the footer nests too deep")
        self._skip_value(kind, depth + 1)
