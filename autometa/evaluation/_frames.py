"""Frames: messages of a known length, so that one that cannot be read spoils no other."""

from __future__ import annotations

from typing import IO

LENGTH_BYTES = 8


def write_frame(stream: IO[bytes], message: bytes) -> None:
    """Write a message and its length."""
    stream.write(len(message).to_bytes(LENGTH_BYTES, "little"))
    stream.write(message)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next message; None when the stream ends, in the middle of one too."""
    try:
        head = stream.read(LENGTH_BYTES)
        length = int.from_bytes(head, "little")
        message = stream.read(length) if len(head) == LENGTH_BYTES else b""
    except (OSError, ValueError):  # closed on this side
        return None
    return message if len(head) == LENGTH_BYTES and len(message) == length else None
