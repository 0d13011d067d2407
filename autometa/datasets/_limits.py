"""Limits of size for the files of tables, in one place."""

from __future__ import annotations

MIB = 2**20
MAX_BYTES = 4096 * MIB  # text of a file, expanded: beyond, its table fits no usual memory
MAX_RATIO = 200  # expanded to compressed; tables compress 3 to 50 times, gzip bombs 1,000 times
ALWAYS_EXPANDED = 64 * MIB  # what is small is expanded whatever its ratio: constant columns exist
MAX_COLUMNS = 200_000  # a DataFrame takes about 1 kB a column before it holds a value
MAX_CELLS = 2**29  # 4 GB as 64-bit numbers
