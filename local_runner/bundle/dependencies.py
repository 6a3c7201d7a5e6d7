"""References in place of names: a schema or catalog of the bundle that another resource names by its text.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/capture_uc_dependencies.go.
"""

from __future__ import annotations

from local_runner.bundle.tree import Map, each

_NAMES = {
    "volumes.*": ("catalog_name", "schema_name"),
    "secrets.*": ("catalog_name", "schema_name"),
    "registered_models.*": ("catalog_name", "schema_name"),
    "pipelines.*": ("catalog", "schema", "target"),
    "model_serving_endpoints.*.ai_gateway.inference_table_config": ("catalog_name", "schema_name"),
    "model_serving_endpoints.*.config.auto_capture_config": ("catalog_name", "schema_name"),
}


def capture_dependencies(resources: Map) -> None:
    """Make `catalog` and `schema` fields that name a resource of the bundle refer to it, so that it is deployed first."""
    schemas = {
        (schema.get("catalog_name"), schema.get("name")): f"${{resources.schemas.{key}.name}}"
        for key, schema in (resources.get("schemas") or {}).items()
    }
    catalogs = {
        catalog.get("name"): f"${{resources.catalogs.{key}.name}}"
        for key, catalog in (resources.get("catalogs") or {}).items()
    }
    if not schemas and not catalogs:
        return
    for pattern, (catalog_field, *schema_fields) in _NAMES.items():
        for _, owner, key in each(resources, pattern):
            item = owner.get(key)
            if isinstance(item, Map):
                catalog = item.get(catalog_field)
                for field in schema_fields:
                    _refer(item, field, schemas.get((catalog, item.get(field))))
                _refer(item, catalog_field, catalogs.get(catalog))
    for monitor in (resources.get("quality_monitors") or {}).values():
        catalog, dot, schema = (monitor.get("output_schema_name") or "").partition(".")
        if dot:
            referred = catalogs.get(catalog, catalog), schemas.get((catalog, schema), schema)
            monitor["output_schema_name"] = ".".join(referred)
    for schema in (resources.get("schemas") or {}).values():
        _refer(schema, "catalog_name", catalogs.get(schema.get("catalog_name")))


def _refer(item: Map, field: str, reference: str | None) -> None:
    if item.get(field) and reference:
        item[field] = reference
