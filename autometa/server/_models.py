"""What requests hold and answers are, as the OpenAPI document says it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TaskType = Literal["binary", "multiclass", "classification", "regression"]
Seconds = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(max_length=500)]
Names = Annotated[list[Name], Field(min_length=1, max_length=100)]
MAX_INT = 2**63 - 1  # what a database holds


class Strict(BaseModel):
    """A request: an unknown name is a fault, not something to be passed over."""

    model_config = ConfigDict(extra="forbid")


class AdviceOptions(Strict):
    """What advice can be asked for, of a table and of meta-features."""

    task_type: TaskType | None = None
    metric: Name | None = Field(None, description="A scorer name of scikit-learn.")
    n: int = Field(10, ge=1, le=100, description="How many setups.")
    time_budget: Seconds | None = Field(
        None, description="Seconds there will be for training: orders by gain per second."
    )
    algorithms: Names | None = Field(None, description="To choose from; all when not given.")
    max_predict_ms: Seconds | None = None
    confidence_level: float = Field(0.9, gt=0, lt=1)
    order: Literal["portfolio", "single", "seconds"] = "portfolio"
    reasons: int = Field(
        0, ge=0, le=10, description="Of how many, the first ones, to say why: a second or so each."
    )


class TableFields(AdviceOptions):
    """The fields beside the file."""

    target: Name = Field(description="The column to predict.")


class MetafeatureAdvice(AdviceOptions):
    """Advice for data that stay where they are."""

    task_type: TaskType
    metafeatures: dict[str, float | None] = Field(
        description="As 'autometa describe --json' prints them.", max_length=10_000
    )


class StudyFields(Strict):
    """The fields beside the file of a search."""

    target: Name = Field(description="The column to predict.")
    task_type: TaskType | None = None
    metric: Name | None = Field(None, description="A scorer name of scikit-learn.")
    time_budget: float = Field(
        60.0, ge=1, le=1e9, allow_inf_nan=False, description="Seconds for all."
    )
    n_trials: int | None = Field(None, ge=1, le=1_000_000)
    algorithms: Names | None = None
    ensemble: bool = True
    patience: int | None = Field(None, ge=1, le=1_000_000)
    random_state: int | None = Field(None, ge=0, le=2**32 - 1)


class Error(BaseModel):
    """Why something was not done."""

    type: str
    message: str


class ErrorAnswer(BaseModel):
    """What every refusal looks like."""

    error: Error


class Health(BaseModel):
    """Whether the server can answer."""

    status: Literal["ok"]
    version: str


class Advice(BaseModel):
    """Setups to try, best first, as ``autometa recommend --json`` has them."""

    model_config = ConfigDict(extra="allow")

    task: dict[str, Any]
    novelty: float | None
    outside: list[dict[str, Any]]
    neighbors: list[dict[str, Any]]
    notes: list[str]
    recommendations: list[dict[str, Any]]


class Page(BaseModel):
    """A part of a list."""

    total: int
    offset: int
    limit: int


class TaskPage(Page):
    """Tasks of the knowledge base."""

    tasks: list[dict[str, Any]]


class SetupPage(Page):
    """Setups of the knowledge base."""

    setups: list[dict[str, Any]]


class RunPage(Page):
    """Runs of the knowledge base, one a metric."""

    runs: list[dict[str, Any]]


class AlgorithmList(BaseModel):
    """Algorithms that can be tuned."""

    algorithms: list[dict[str, Any]]


class NewRuns(Strict):
    """Runs to be added, with the tasks that they speak of."""

    tasks: list[dict[str, Any]] = Field(min_length=1, max_length=100_000)
    runs: list[dict[str, Any]] = Field(min_length=1, max_length=1_000_000)
    metafeatures: dict[str, dict[str, float | None]] | None = None
    label: Text | None = Field(None, description="What to call these runs.")


class Added(BaseModel):
    """How many of them were new."""

    model_config = ConfigDict(extra="allow")

    n_runs: int
    n_tasks: int


State = Literal["queued", "running", "done", "failed", "cancelled"]


class StudyFile(BaseModel):
    """What a search left."""

    name: str
    size: int


class StudyAnswer(BaseModel):
    """A search."""

    id: str
    name: str
    state: State
    created: float = Field(description="Seconds since 1970, as all moments.")
    started: float | None
    finished: float | None
    request: dict[str, Any]
    error: str | None
    result: dict[str, Any] | None
    files: list[StudyFile]


class StudyList(BaseModel):
    """The searches of a client, the newest first."""

    studies: list[StudyAnswer]


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": what}
    for status, what in (
        (400, "The request is not HTTP as it should be."),
        (401, "A token is needed."),
        (403, "Not allowed from there, or not without a token."),
        (408, "The upload took too long."),
        (413, "Too large."),
        (415, "Not of a kind that is taken."),
        (422, "Something about the input is to be changed."),
        (429, "Too many; ask again later."),
        (503, "The server is ending, or cannot start a worker."),
    )
}
