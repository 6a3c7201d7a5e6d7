"""What a deployment writes on jobs and pipelines, and the paths of volumes.

Source: Databricks CLI, bundle/deploy/metadata/annotate_*.go and bundle/config/mutator/initialize_volume_paths.go.
"""

from __future__ import annotations

from local_runner.bundle.references import is_pure, parse
from local_runner.bundle.tree import Map, get
from local_runner.bundle.workspace import join


def annotate(config: Map) -> None:
    """Mark each job and pipeline as deployed by a bundle."""
    path = join(config["workspace"]["state_path"], "metadata.json")
    resources = config.get("resources") or Map()
    for kind in ("jobs", "pipelines"):
        for item in (resources.get(kind) or {}).values():
            item["deployment"] = Map({"kind": "BUNDLE", "metadata_file_path": path})
            if kind == "jobs":
                item["edit_mode"] = "UI_LOCKED"
                item["format"] = "MULTI_TASK"


def set_volume_paths(config: Map) -> None:
    """Give each volume its path under /Volumes, with references to the bundle's own catalogs and schemas followed."""
    for volume in (get(config, "resources", "volumes") or {}).values():
        parts = [_followed(config, volume.get(field) or "") for field in ("catalog_name", "schema_name", "name")]
        volume["volume_path"] = "/Volumes/" + "/".join(parts)


def _followed(config: Map, text: str) -> str:
    if is_pure(text):
        value = get(config, *parse(text[2:-1]))
        return value if isinstance(value, str) else text
    return text
