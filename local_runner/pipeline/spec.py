"""One pipeline of a resolved bundle, as the runner reads it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import did_you_mean, fail
from local_runner.tables.fixtures import Fixtures

SOURCE_SUFFIXES = (".py", ".sql", ".ipynb")


@dataclass(frozen=True)
class PipelineSpec:
    """A pipeline's settings. `sources` are its files, sorted; `import_roots` are the folders its code imports from."""

    key: str
    catalog: str
    schema: str
    sources: list[Path]
    import_roots: list[Path]
    configuration: dict[str, str] = field(default_factory=dict)


def pipeline_spec(bundle: ResolvedBundle, key: str) -> PipelineSpec:
    """Read the pipeline `key` of `bundle`. Raises Failure where it or one of its files is missing."""
    pipelines = bundle.value.get("resources", {}).get("pipelines", {})
    if key not in pipelines:
        remedy = did_you_mean(key, pipelines, f"Pipelines of this bundle: {', '.join(sorted(pipelines)) or 'none'}")
        raise fail(f"no pipeline named {key}", remedy)
    resource = bundle.deployed("resources", "pipelines", key)
    location = bundle.locations.get(("resources", "pipelines", key))
    schema = resource.get("schema") or resource.get("target")
    if not schema:
        raise fail(f"pipeline {key} names no schema", "Add schema= to it", location)
    sources = [path for library in resource.get("libraries", []) for path in _library_files(bundle, library)]
    if not sources:
        raise fail(
            f"pipeline {key} has no source files", "Add a .py, .sql or .ipynb file where its libraries point to", location
        )
    roots = [_local(bundle, resource["root_path"])] if resource.get("root_path") else []
    for dependency in resource.get("environment", {}).get("dependencies", []):
        if dependency.startswith("--editable "):
            project = _local(bundle, dependency.removeprefix("--editable ").strip())
            roots += [folder for folder in (project / "src", project) if folder.is_dir()]
    return PipelineSpec(
        key=key,
        catalog=resource.get("catalog") or "hive_metastore",
        schema=schema,
        sources=list(dict.fromkeys(sources)),
        import_roots=list(dict.fromkeys(roots)),
        configuration={name: str(value) for name, value in resource.get("configuration", {}).items()},
    )


def fixtures_of(bundle: ResolvedBundle) -> Fixtures:
    """The bundle's fixtures, read for its target."""
    variables: dict[str, Any] = bundle.value.get("variables", {})
    prefixes = (variables.get(name, {}).get("value") for name in ("catalog", "schema"))
    return Fixtures(bundle.root / "fixtures", *(value.lower() if isinstance(value, str) else "" for value in prefixes))


def _library_files(bundle: ResolvedBundle, library: dict[str, Any]) -> list[Path]:
    """The source files of one entry of `libraries`, sorted: file systems list in no order of their own."""
    if pattern := library.get("glob", {}).get("include"):
        relative = _local(bundle, pattern).relative_to(bundle.root)
        # In a pipeline's glob a last `**` means every file below; pathlib's means every folder.
        matches = bundle.root.glob(f"{relative}/*" if relative.name == "**" else str(relative))
        return sorted(path for path in matches if path.suffix in SOURCE_SUFFIXES and path.is_file())
    for kind in ("file", "notebook"):
        if path := library.get(kind, {}).get("path"):
            return [_existing(_local(bundle, path))]
    raise fail(f"the library {library} is not supported in local runs", "Use a glob, a file or a notebook")


def _existing(path: Path) -> Path:
    candidates = [path, *(path.with_name(path.name + suffix) for suffix in SOURCE_SUFFIXES)]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        raise fail(f"{path} does not exist", "Add the file, or take it out of the pipeline's libraries")
    return found


def _local(bundle: ResolvedBundle, path: str) -> Path:
    """The local file or folder that a resolved (workspace) path stands for."""
    remote_root = bundle.value.get("workspace", {}).get("file_path", "")
    if remote_root and (path == remote_root or path.startswith(remote_root + "/")):
        path = path[len(remote_root) :].lstrip("/")
    local = Path(bundle.root, path).resolve()
    if not local.is_relative_to(bundle.root.resolve()):
        raise fail(f"{path} lies outside the bundle", f"Keep it under {bundle.root}")
    return local
