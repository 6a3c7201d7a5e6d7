"""Model serving endpoints: `served_models`, the older name, as `served_entities`.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/model_serving_endpoint_fixups.go.
"""

from __future__ import annotations

from typing import Any

from local_runner.bundle.tree import List, Map
from local_runner.diagnostics import Diagnostic, Severity, fail

_RENAMED = {"model_name": "entity_name", "model_version": "entity_version"}


def convert_served_models(resources: Map, report: list[Diagnostic]) -> None:
    """Replace `served_models` in each endpoint. Raises Failure where an endpoint has both."""
    endpoints = resources.get("model_serving_endpoints") or Map()
    for key, endpoint in endpoints.items():
        config = endpoint.get("config")
        models = config.get("served_models") if isinstance(config, Map) else None
        if not models or not isinstance(models, List):
            continue
        at = config.where.get("served_models")
        if config.get("served_entities"):
            raise fail(f"endpoint {key} has both served_models and served_entities", "Keep served_entities.", at)
        report.append(Diagnostic("served_models is deprecated", "Use served_entities instead.", at, Severity.WARNING))
        config.put("served_entities", List([_entity(model) for model in models], models.where), at)
        config.drop("served_models")


def _entity(model: Any) -> Any:
    return Map({_RENAMED.get(field, field): value for field, value in model.items()}) if isinstance(model, Map) else model
