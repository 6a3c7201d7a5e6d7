"""The fields of resources, read from the classes of databricks-bundles, one kind at a time as it is needed."""

from __future__ import annotations

import dataclasses
import importlib
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache

from local_runner.bundle.schema import Choice, Lazy, ListOf, MapOf, Scalar, Struct, Type

# Fields that the CLI accepts and the classes leave out: older ones, and those that only a deployment sets.
_RUN_PARAMETERS: dict[str, Type] = {
    **dict.fromkeys(("dbt_commands", "jar_params", "python_params", "spark_submit_params"), Scalar.ANY),
    **dict.fromkeys(("notebook_params", "python_named_params", "sql_params"), Scalar.ANY),
}
_DEPLOYMENT: dict[str, Type] = {
    "deployment": Struct(dict.fromkeys(("kind", "metadata_file_path", "deployment_id", "version_id"), Scalar.TEXT))
}
_OTHER_FIELDS: dict[str, Mapping[str, Type]] = {
    "Job": {**_DEPLOYMENT, "edit_mode": Scalar.TEXT, "format": Scalar.TEXT},
    "JobRun": {**_RUN_PARAMETERS, "idempotency_token": Scalar.TEXT},
    "Pipeline": {**_DEPLOYMENT, "trigger": Scalar.ANY},
    "PipelineLibrary": {"whl": Scalar.TEXT},
    "RunJobTask": _RUN_PARAMETERS,
    "Task": {"dbt_cloud_task": Scalar.ANY},
    "Volume": {"volume_path": Scalar.TEXT},
}

# What the CLI knows of every resource and a class does not declare (bundle/config/resources/base_resource.go).
_EVERY_RESOURCE: dict[str, Type] = {"id": Scalar.TEXT, "url": Scalar.TEXT, "modified_status": Scalar.TEXT}

PERMISSION = Struct(
    dict.fromkeys(("level", "user_name", "service_principal_name", "group_name"), Scalar.TEXT), required=frozenset({"level"})
)

# Fields that a bundle adds to what the API knows of a resource: null is the same as leaving them out.
_OWN_FIELDS = {"grants", "lifecycle", "permissions"}

# Kinds of resources of which databricks-bundles has no class: their fields are passed on as written.
UNTYPED_KINDS = (
    "postgres_branches",
    "postgres_catalogs",
    "postgres_databases",
    "postgres_endpoints",
    "postgres_projects",
    "postgres_roles",
    "postgres_synced_tables",
)

_SCALARS: dict[object, Scalar] = {
    str: Scalar.TEXT,
    bool: Scalar.BOOLEAN,
    int: Scalar.INTEGER,
    float: Scalar.NUMBER,
}


class _Kinds(Mapping[str, Type]):
    """Kind (`jobs`) -> type of its mapping of keys to resources; a kind's classes are imported when it is looked up."""

    def __getitem__(self, kind: str) -> Type:
        type_ = _kind(kind)
        if type_ is None:
            raise KeyError(kind)
        return type_

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the kinds are only known by name")

    __len__ = __iter__  # type: ignore[assignment]


@cache
def resource_kinds() -> Struct:
    """The type of a `resources` section."""
    return Struct(_Kinds())


@cache
def _kind(kind: str) -> Type | None:
    if kind in UNTYPED_KINDS:
        return MapOf(Struct({"permissions": ListOf(PERMISSION), **_EVERY_RESOURCE}, keeps_zero=None, open=True))
    class_ = resource_class(kind)
    if class_ is None:
        return None
    fields = {**_struct(class_).fields, **_EVERY_RESOURCE}
    return MapOf(Struct(fields, _struct(class_).required, keeps_zero=frozenset(fields) - _OWN_FIELDS))


def resource_class(kind: str) -> type | None:
    """The class of databricks-bundles for a kind of resource, None where it has none."""
    if not kind.isidentifier() or kind == "core":
        return None
    try:
        module = importlib.import_module(f"databricks.bundles.{kind}")
    except ImportError:
        return None
    from databricks.bundles.core import Resource

    classes = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Resource)]
    return next((class_ for class_ in classes if class_ is not Resource), None)


@cache
def _struct(class_: type) -> Struct:
    hints = typing.get_type_hints(class_)
    fields = dataclasses.fields(class_)
    required = {f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING}
    types = {f.name: _type(hints[f.name]) for f in fields}
    return Struct({**types, **_OTHER_FIELDS.get(class_.__name__, {})}, frozenset(required), keeps_zero=None)


def _type(hint: object) -> Type:
    """The type that an annotation such as `VariableOrOptional[str]` allows beside a variable."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return _type(next(a for a in arguments if a is not type(None) and not _is_variable(a)))
    if origin is list:
        return ListOf(_type(arguments[0]))
    if origin is dict:
        return MapOf(_type(arguments[1]))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return Lazy(lambda: _struct(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Choice(tuple(member.value for member in hint))
    return _SCALARS.get(hint, Scalar.ANY)


def _is_variable(hint: object) -> bool:
    return getattr(typing.get_origin(hint), "__name__", "") == "Variable"
