"""What may be generated: checked names and schedules, and the keys and paths that follow from them."""

import keyword
import re
import site
import sys
import sysconfig
from importlib.machinery import PathFinder
from pathlib import PurePosixPath
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, field_validator

SCHEDULE_UNITS = ("HOURS", "DAYS", "WEEKS")

# What lies at the root of this repository: the editable install puts all of it on the import path.
ROOT_NAMES = frozenset({"fixtures", "local_runner", "resources", "scratch", "scripts", "src", "start", "tests"})

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")


def _identifier(value: str) -> str:
    if not _SNAKE_CASE.fullmatch(value):
        raise ValueError(f"'{value}' must be snake_case (lowercase, underscores, start with letter)")
    if keyword.iskeyword(value):
        raise ValueError(f"{value!r} is a Python keyword, so it cannot name a package or a resource")
    return value


class Pair(BaseModel):
    """A domain and one of its sources; the domain is also a top-level package, `src/<domain>`.

    Raises `pydantic.ValidationError`, a ValueError, for a name that cannot be used; each reason has its own message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: str
    source: str

    @field_validator("domain", "source")
    @classmethod
    def _names_a_package(cls, value: str) -> str:
        return _identifier(value)

    @field_validator("domain")
    @classmethod
    def _shadows_nothing(cls, value: str) -> str:
        # The list leaves out Python's own `test` package, which only its folder shows.
        if value in sys.stdlib_module_names or PathFinder.find_spec(value, [sysconfig.get_path("stdlib")]):
            raise ValueError(f"{value!r} would shadow Python's standard module {value}: choose another domain")
        if value == "common":
            raise ValueError("'common' is the package that all domains share (src/common): choose another domain")
        if value in ROOT_NAMES:
            raise ValueError(f"{value!r} is taken at the root of this repository: choose another domain")
        # Only installed packages count: the domain's own package under src/ is there from its second source on.
        if PathFinder.find_spec(value, site.getsitepackages()):
            raise ValueError(f"{value!r} would shadow the installed package {value}: choose another domain")
        return value

    @property
    def root_path(self) -> str:
        """The pair's source folder, relative to the bundle root."""
        return f"src/{self.domain}/{self.source}"


class ResourceConfig(Pair):
    """What every generated resource has: a name, and the key and file that follow from it."""

    kind: ClassVar[str]

    name: str

    @field_validator("name")
    @classmethod
    def _names_a_resource(cls, value: str) -> str:
        return _identifier(value)

    @property
    def resource_var_name(self) -> str:
        """The variable in the generated file, which is the resource's key in the bundle."""
        return f"{self.domain}_{self.source}_{self.name}_{self.kind}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the resources in the generated file."""
        return (self.resource_var_name,)

    @property
    def display_name(self) -> str:
        """The name a workspace shows."""
        return self.resource_var_name

    @property
    def file(self) -> PurePosixPath:
        """The file to generate, relative to the bundle root."""
        return PurePosixPath("resources", self.domain, self.source, f"{self.name}_{self.kind}.py")


class PipelineResourceConfig(ResourceConfig):
    """A pipeline; `serverless` is a bool, or exactly one of the texts `true` and `false`."""

    kind = "pipeline"

    serverless: bool = True

    @field_validator("serverless", mode="before")
    @classmethod
    def _is_true_or_false(cls, value: object) -> bool:
        if isinstance(value, bool):
            return value
        if value not in ("true", "false"):
            raise ValueError(f"serverless must be true or false, not {value!r}")
        return value == "true"


class JobResourceConfig(ResourceConfig):
    """A job that refreshes the pipeline of the same name every `schedule_interval` `schedule_unit`."""

    kind = "job"

    schedule_interval: int = 1
    schedule_unit: str = "DAYS"

    @field_validator("schedule_interval", mode="before")
    @classmethod
    def _is_a_positive_number(cls, value: object) -> int:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value
        if type(number) is not int or number < 1:
            raise ValueError(f"schedule_interval must be a whole number of at least 1, not {value!r}")
        return number

    @field_validator("schedule_unit")
    @classmethod
    def _is_a_known_unit(cls, value: str) -> str:
        if value not in SCHEDULE_UNITS:
            raise ValueError(f"schedule_unit must be one of {', '.join(SCHEDULE_UNITS)}, not {value!r}")
        return value

    @property
    def pipeline_resource_var(self) -> str:
        """The key of the pipeline that the job refreshes."""
        return f"{self.domain}_{self.source}_{self.name}_pipeline"


class NamespaceResourceConfig(Pair):
    """A pair's schema, which is named after its source, and the volume in it that the pair's input lands in."""

    volume: ClassVar[str] = "landing"

    @property
    def schema_resource_var(self) -> str:
        return f"{self.domain}_{self.source}_schema"

    @property
    def volume_resource_var(self) -> str:
        return f"{self.domain}_{self.source}_{self.volume}_volume"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the resources in the generated file."""
        return (self.schema_resource_var, self.volume_resource_var)

    @property
    def file(self) -> PurePosixPath:
        """The file to generate, relative to the bundle root."""
        return PurePosixPath("resources", self.domain, self.source, f"{self.source}_namespace.py")


# What a generated file is made from.
GeneratedConfig = ResourceConfig | NamespaceResourceConfig
