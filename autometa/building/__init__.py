"""Building: evaluations of our own, from a folder of tables to the parts of a knowledge base."""

from __future__ import annotations

from autometa.building._build import BuildSettings, build_knowledge_base, plan_build
from autometa.building._dask import dask_executor
from autometa.building._describing import describe_tasks
from autometa.building._planning import BuildPlan
from autometa.building._predictions import KeptPredictions, read_predictions
from autometa.building.generation._derived_tasks import derive_tasks
from autometa.building.generation._generated_folder import generate_tasks
from autometa.building.generation._generated_task import GeneratedTask
from autometa.building.generation._synthetic_tasks import synthesise_tasks

__all__ = [
    "BuildPlan",
    "BuildSettings",
    "GeneratedTask",
    "KeptPredictions",
    "build_knowledge_base",
    "dask_executor",
    "derive_tasks",
    "describe_tasks",
    "generate_tasks",
    "plan_build",
    "read_predictions",
    "synthesise_tasks",
]
