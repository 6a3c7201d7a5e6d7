"""What a pipeline's run has done: values that the terminal, result.json and tests read."""

import json
import os
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Location, fail
from local_runner.pipeline.expectations import RuleCount
from local_runner.tables import TableName


class Status(str, Enum):
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class DatasetResult:
    """One dataset's outcome. `rows` are those written in this run; `seconds` is wall time.

    `table` is its full name, `reads` are those of the tables that it reads; `columns` are names and types, none where the
    query does not work, and `not_null` those of them that the query never gives NULL. `location` is where it is defined.
    """

    name: str
    table: str
    kind: str
    status: Status
    reads: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    not_null: list[str] = field(default_factory=list)
    location: Location | None = None
    private: bool = False
    rows: int | None = None
    seconds: float = 0.0
    reason: str = ""
    expectations: list[RuleCount] = field(default_factory=list)
    problem: Diagnostic | None = None
    warnings: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True)
class PipelineResult:
    """One pipeline's run. `finals` are the published tables that no dataset of the pipeline reads."""

    pipeline: str
    datasets: list[DatasetResult]
    finals: list[TableName]

    @property
    def ok(self) -> bool:
        return all(dataset.status in (Status.COMPLETED, Status.EXCLUDED) for dataset in self.datasets)

    def save(self, path: Path) -> None:
        """Write the result as JSON, in one step. Raises Failure where it cannot be written."""
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.write_text(json.dumps({"ok": self.ok, **asdict(self)}, indent=1, default=str), "utf-8")
            os.replace(staged, path)
        except OSError as error:
            raise fail(f"the run's result cannot be written: {error.strerror}", f"Mend what is wrong with {path}") from error
