"""Alerts whose settings are in a `.dbalert.json` file.

Source: Databricks CLI, bundle/config/mutator/load_dbalert_files.go.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local_runner.bundle.references import references
from local_runner.bundle.tree import Map
from local_runner.diagnostics import Diagnostic, Failure, Location, fail

_OWN = ("warehouse_id", "display_name", "file_path", "permissions", "lifecycle")
_FROM_FILE = (
    "custom_summary",
    "schedule",
    "evaluation",
    "effective_run_as",
    "run_as",
    "run_as_user_name",
    "parent_path",
    "parameters",
    "create_time",
    "owner_user_name",
    "update_time",
    "lifecycle_state",
    "id",
)
_LINES = {"query_lines": "query_text", "custom_description_lines": "custom_description"}


def read_alerts(resources: Map, root: Path, report: list[Diagnostic]) -> None:
    """Read the settings of each alert that has a `file_path`; `report` gets what a file or an alert does not allow."""
    for key, alert in (resources.get("alerts") or {}).items():
        if alert.get("file_path"):
            try:
                _check_own(key, alert)
                _fill(alert, _read(root / alert["file_path"], alert.where.get("file_path")))
            except Failure as failure:
                report += failure.diagnostics


def _check_own(key: str, alert: Map) -> None:
    for field in alert:
        if field not in _OWN and alert[field] is not None:
            remedy = f"Beside file_path an alert has only {', '.join(_OWN)}."
            raise fail(f"alert {key} has {field} beside file_path", remedy, alert.where.get(field))


def _read(path: Path, at: Location | None) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise fail(f"cannot read {path.name}: {reason}", "Create the file, or correct the path.", at) from None
    if references(text):
        raise fail(f"{path.name} contains references", "Write the alert in YAML to use variables.", at)
    if not isinstance(content, dict):
        raise fail(f"{path.name} is not a JSON object", "Export the alert anew.", at)
    return content


def _fill(alert: Map, content: dict[str, Any]) -> None:
    for field in _FROM_FILE:
        if content.get(field):
            alert[field] = _tree(content[field])
    for lines, field in _LINES.items():
        if content.get(lines):
            alert[field] = "".join(f"{line}\n" for line in content[lines])


def _tree(value: Any) -> Any:
    return Map({key: _tree(item) for key, item in value.items()}) if isinstance(value, dict) else value
