"""Importers: histories from elsewhere as knowledge bases, one file a source."""

from __future__ import annotations

from autometa.knowledge_base.importers._imported import Dropped, Imported

__all__ = ["Dropped", "Imported"]
