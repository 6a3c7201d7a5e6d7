"""What is wrong with a bundle as it is written, before anything is resolved.

Source: Databricks CLI, bundle/config/validate/{all_resources_have_values,interpolation_in_auth_config,
no_interpolation_in_bundle_name,no_variable_reference_in_resource_key,scripts,unique_resource_keys,validate_engine}.go and
bundle/config/mutator/validate_secret_value_is_variable.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from local_runner.bundle.references import is_pure, parse, references
from local_runner.bundle.tree import Map, each, get, show
from local_runner.diagnostics import Diagnostic, Location, Severity

_ENGINES = ("terraform", "direct")
_AUTHENTICATION = (
    "host",
    "profile",
    "auth_type",
    "metadata_service_url",
    "client_id",
    "google_service_account",
    "azure_use_msi",
    "azure_client_id",
    "azure_tenant_id",
    "azure_environment",
    "azure_login_app_id",
    "account_id",
    "workspace_id",
)
_RESERVED = (
    "dashboards.*.etag",
    "genie_spaces.*.etag",
    "jobs.*.deployment.deployment_id",
    "jobs.*.deployment.version_id",
    "pipelines.*.deployment.deployment_id",
    "pipelines.*.deployment.version_id",
    "job_runs.*.idempotency_token",
    "volumes.*.volume_path",
)
_KNOWN_TO_SCRIPTS = ("bundle", "workspace", "var", "variables")


def check_keys(files: Iterable[Map], root: Path) -> Iterator[Diagnostic]:
    """Errors for keys that several resources or scripts of the bundle's files share, and for keys with references."""
    first: dict[str, Location | None] = {}
    for file in files:
        for pattern in ("resources.*.*", "scripts.*"):
            for _, owner, key in each(file, pattern):
                at = owner.where.get(key)
                other = first.setdefault(key, at)
                if other is not at:
                    place = f": the first is at {other.relative_to(root)}" if other else ""
                    summary = f"several resources or scripts have the key {key}{place}"
                    yield Diagnostic(summary, "Give each a key of its own, in one file.", at)
        for pattern in ("resources.*.*", "targets.*.resources.*.*"):
            for _, owner, key in each(file, pattern):
                if references(key):
                    remedy = "Write the key as it is; only values can have references."
                    yield Diagnostic(f"the key {key} contains a reference", remedy, owner.where.get(key))


def check_definitions(config: Map) -> Iterator[Diagnostic]:
    """Errors and warnings for a configuration whose target is chosen."""
    yield from _check_references(config)
    yield from _check_scripts(config)
    yield from _check_secrets(config)
    yield from _check_reserved(config)
    engine = get(config, "bundle", "engine")
    if engine is not None and engine not in _ENGINES:
        remedy = f"Use {' or '.join(_ENGINES)}."
        yield Diagnostic(f"invalid value {engine!r} for bundle.engine", remedy, config["bundle"].where.get("engine"))
    if engine == "terraform":
        remedy = "Move to `engine: direct`."
        at = config["bundle"].where.get("engine")
        yield Diagnostic("the terraform engine is deprecated", remedy, at, Severity.WARNING)


def empty_resources(config: Map) -> list[Diagnostic]:
    """An error for each resource without a definition."""
    return [
        Diagnostic(f"{show(path)} is not defined", "Define it, or remove its key.", owner.where.get(key))
        for path, owner, key in each(config, "resources.*.*")
        if owner[key] is None
    ]


def _check_references(config: Map) -> Iterator[Diagnostic]:
    workspace = config.get("workspace") or Map()
    for field in _AUTHENTICATION:
        if references(str(workspace.get(field, ""))):
            remedy = "It is used before references are resolved. Write its value, or set it in the environment."
            summary = f"workspace.{field} cannot contain a reference"
            yield Diagnostic(summary, remedy, workspace.where.get(field), Severity.WARNING)
    if references(get(config, "bundle", "name") or ""):
        remedy = "Write the name as it is: state is kept under it."
        at = config["bundle"].where.get("name")
        yield Diagnostic("the bundle's name contains a reference", remedy, at, Severity.WARNING)


def _check_scripts(config: Map) -> Iterator[Diagnostic]:
    hooks = get(config, "experimental", "scripts")
    for name in ("preinit", "postinit"):
        if isinstance(hooks, Map) and hooks.get(name):
            remedy = "Resolving runs no scripts. Run it first, if the bundle needs what it writes."
            yield Diagnostic(f"the script {name} is not run", remedy, hooks.where.get(name), Severity.WARNING)
    scripts = config.get("scripts") or Map()
    for name in sorted(scripts):
        script = scripts[name] or Map()
        at = scripts.where.get(name)
        if not script.get("content"):
            yield Diagnostic(f"script {name} has no content", "Set `content`.", at)
            continue
        for reference in references(script["content"])[:1]:
            remedy = "Declare it under `env` and use it as a variable of the shell."
            yield Diagnostic(f"script {name} contains ${{{reference}}}", remedy, script.where.get("content"))
        env = script.get("env") or Map()
        for key in sorted(env):
            for reference in references(env[key]):
                if reference.partition(".")[0] not in _KNOWN_TO_SCRIPTS:
                    remedy = f"Scripts know {', '.join(_KNOWN_TO_SCRIPTS)}."
                    yield Diagnostic(f"script {name} cannot use ${{{reference}}}", remedy, env.where.get(key))


def _check_secrets(config: Map) -> Iterator[Diagnostic]:
    for _, secrets, key in each(config, "resources.secrets.*"):
        secret = secrets[key]
        value = get(secret, "value")
        at = secret.where.get("value") if isinstance(secret, Map) else None
        if not isinstance(value, str) or not is_pure(value):
            remedy = "Refer to a variable, such as ${var.my_secret}: a secret does not belong in a file."
            yield Diagnostic(f"the value of secret {key} is not a reference", remedy, at or secrets.where.get(key))
            continue
        path = parse(value[2:-1])
        if path[0] == "var" and get(config, "variables", path[1], "default") is not None:
            remedy = "Remove the default: a secret does not belong in a file."
            at = config["variables"][path[1]].where.get("default")
            yield Diagnostic(f"variable {path[1]}, the value of secret {key}, has a default", remedy, at)


def _check_reserved(config: Map) -> Iterator[Diagnostic]:
    for pattern in _RESERVED:
        for path, owner, key in each(config, f"resources.{pattern}"):
            if owner.get(key):
                yield Diagnostic(f"{show(path)} is set", "Remove it: a deployment sets it.", owner.where.get(key))
    for path, owner, key in each(config, "resources.job_runs.*.lifecycle"):
        lifecycle = owner.get(key) or {}
        triggers = lifecycle.get("triggers") or []
        at = owner.where.get(key)
        if any(get(trigger, "on_bundle_deploy") is not True for trigger in triggers):
            yield Diagnostic(f"{show(path)}.triggers: on_bundle_deploy is not true", "Set it to true, or remove it.", at)
        elif triggers and lifecycle.get("prevent_destroy"):
            remedy = "Keep one of the two."
            yield Diagnostic(f"{show(path)} has both on_bundle_deploy and prevent_destroy", remedy, at)
