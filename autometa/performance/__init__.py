"""What past runs say about any setup on a new task: scores, seconds, and how sure they are."""

from __future__ import annotations
