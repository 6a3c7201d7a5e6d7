"""The fields of a bundle's sections other than resources, as the Databricks CLI defines them (bundle/config/*.go)."""

from local_runner.bundle.resource_types import PERMISSION, resource_kinds
from local_runner.bundle.schema import Lazy, ListOf, MapOf, Scalar, Struct

TEXT, BOOLEAN, INTEGER, ANY = Scalar.TEXT, Scalar.BOOLEAN, Scalar.INTEGER, Scalar.ANY
TEXTS = ListOf(TEXT)

GIT = Struct(dict.fromkeys(("branch", "origin_url", "commit", "bundle_root_path", "actual_branch"), TEXT))
LOCK = Struct({"enabled": BOOLEAN, "force": BOOLEAN}, keeps_zero=frozenset({"enabled"}))
DEPLOYMENT = Struct({"fail_on_active_runs": BOOLEAN, "lock": LOCK})
BUNDLE = Struct(
    {
        "name": TEXT,
        "target": TEXT,
        "environment": TEXT,
        "terraform": Struct({"exec_path": TEXT}, required=frozenset({"exec_path"})),
        "force": BOOLEAN,
        "git": GIT,
        "mode": TEXT,
        "compute_id": TEXT,
        "cluster_id": TEXT,
        "engine": TEXT,
        "deployment": DEPLOYMENT,
        "databricks_cli_version": TEXT,
        "uuid": TEXT,
    },
    required=frozenset({"name"}),
)

USER = Struct(
    {
        **dict.fromkeys(("short_name", "domain_friendly_name", "userName", "displayName", "id", "externalId"), TEXT),
        "active": BOOLEAN,
        "name": Struct({"familyName": TEXT, "givenName": TEXT}),
        "schemas": TEXTS,
        **dict.fromkeys(("emails", "entitlements", "groups", "roles"), ListOf(ANY)),
    }
)
WORKSPACE_PATHS = ("root_path", "file_path", "resource_path", "artifact_path", "state_path")
WORKSPACE = Struct(
    {
        **dict.fromkeys(
            (
                "host",
                "profile",
                "auth_type",
                "metadata_service_url",
                "client_id",
                "google_service_account",
                "azure_workspace_resource_id",
                "azure_client_id",
                "azure_tenant_id",
                "azure_environment",
                "azure_login_app_id",
                "account_id",
                "workspace_id",
                "snapshot_path",
                *WORKSPACE_PATHS,
            ),
            TEXT,
        ),
        "azure_use_msi": BOOLEAN,
        "experimental_is_unified_host": BOOLEAN,
        "current_user": USER,
    }
)

ARTIFACT = Struct(
    {
        **dict.fromkeys(("type", "path", "build", "executable"), TEXT),
        "files": ListOf(
            Struct({"source": TEXT, "patched": TEXT, "remote_path": TEXT}, required=frozenset({"source"})),
        ),
        "dynamic_version": BOOLEAN,
    }
)

LOOKUPS = (
    "alert",
    "cluster",
    "cluster_policy",
    "dashboard",
    "instance_pool",
    "job",
    "metastore",
    "notification_destination",
    "pipeline",
    "query",
    "service_principal",
    "warehouse",
)
VARIABLE = Struct(
    {
        "type": TEXT,
        "default": ANY,
        "description": TEXT,
        "value": ANY,
        "lookup": Struct(dict.fromkeys(LOOKUPS, TEXT)),
    },
    keeps_zero=frozenset({"default", "value"}),
)

PRESETS = Struct(
    {
        "name_prefix": TEXT,
        "pipelines_development": BOOLEAN,
        "trigger_pause_status": TEXT,
        "jobs_max_concurrent_runs": INTEGER,
        "source_linked_deployment": BOOLEAN,
        "artifacts_dynamic_version": BOOLEAN,
        "tags": MapOf(TEXT),
    },
    keeps_zero=frozenset({"pipelines_development", "source_linked_deployment"}),
)

RUN_AS = Struct(dict.fromkeys(("service_principal_name", "user_name", "group_name"), TEXT), keeps_zero=None)
SYNC = Struct(dict.fromkeys(("paths", "include", "exclude"), TEXTS))
PYTHON = Struct({"resources": TEXTS, "mutators": TEXTS, "venv_path": TEXT})
EXPERIMENTAL = Struct(
    {
        "scripts": MapOf(TEXT),
        "pydabs": Struct({"enabled": BOOLEAN}),
        "python": PYTHON,
        **dict.fromkeys(
            (
                "immutable_folder",
                "python_wheel_wrapper",
                "use_legacy_run_as",
                "skip_artifact_cleanup",
                "skip_name_prefix_for_schema",
                "record_deployment_history",
            ),
            BOOLEAN,
        ),
    }
)
SCRIPT = Struct({"content": TEXT, "env": MapOf(TEXT)}, required=frozenset({"content"}))

RESOURCES = Lazy(resource_kinds)

TARGET = Struct(
    {
        "default": BOOLEAN,
        "mode": TEXT,
        "presets": PRESETS,
        "compute_id": TEXT,
        "cluster_id": TEXT,
        "bundle": BUNDLE,
        "workspace": WORKSPACE,
        "artifacts": MapOf(ARTIFACT),
        "resources": RESOURCES,
        "variables": MapOf(VARIABLE),
        "git": GIT,
        "run_as": RUN_AS,
        "sync": SYNC,
        "permissions": ListOf(PERMISSION),
    }
)

ROOT = Struct(
    {
        "variables": MapOf(VARIABLE),
        "bundle": BUNDLE,
        "include": TEXTS,
        "workspace": WORKSPACE,
        "artifacts": MapOf(ARTIFACT),
        "resources": RESOURCES,
        "targets": MapOf(TARGET),
        "environments": MapOf(TARGET),
        "sync": SYNC,
        "run_as": RUN_AS,
        "presets": PRESETS,
        "experimental": EXPERIMENTAL,
        "permissions": ListOf(PERMISSION),
        "scripts": MapOf(SCRIPT),
        "python": PYTHON,
        "definitions": ANY,
    }
)
