"""Building: evaluations of our own, from a folder of tables to the parts of a knowledge base."""

from __future__ import annotations

from autometa.knowledge_base.building._build import BuildSettings, build_knowledge_base
from autometa.knowledge_base.building._dask import dask_executor
from autometa.knowledge_base.building._describing import describe_tasks

__all__ = ["BuildSettings", "build_knowledge_base", "dask_executor", "describe_tasks"]
