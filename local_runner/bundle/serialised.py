"""Dashboards and Genie spaces: their content, read from the file they name.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/configure_{dashboards_serialized_dashboard,
genie_space_serialized_space}.go.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local_runner.bundle.tree import Map
from local_runner.diagnostics import Diagnostic

# Characters that Go's JSON writes as escapes, for text that ends up in a web page.
_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
_CONTENT = {"dashboards": "serialized_dashboard", "genie_spaces": "serialized_space"}


def read_serialised(resources: Map, sync_root: Path, report: list[Diagnostic]) -> None:
    """Read each `file_path` into the resource; `report` gets an error for one that cannot be read."""
    for kind, field in _CONTENT.items():
        for key, item in (resources.get(kind) or {}).items():
            path = item.get("file_path")
            if path:
                if kind == "genie_spaces" and item.get(field) is not None:
                    summary = f"{key} has both file_path and serialized_space"
                    report.append(Diagnostic(summary, "Keep one of the two.", item.where.get(field)))
                    continue
                try:
                    item[field] = (sync_root / path).read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    remedy = "Create the file, or correct the path."
                    report.append(Diagnostic(f"cannot read {path}", remedy, item.where.get("file_path")))
            elif kind == "genie_spaces" and isinstance(item.get(field), dict | list):
                item[field] = _json(item[field])


def _json(value: dict[str, Any] | list[Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_ESCAPED)
