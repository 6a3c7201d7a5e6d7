"""`dbutils.widgets`: named values, from the pipeline's configuration."""

from collections.abc import Mapping, Sequence

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import caller


class Widgets:
    """A widget has the pipeline's setting of that name, else the default that the code gives it."""

    def __init__(self, configuration: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._defaults: dict[str, str] = {}

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:
        self._defaults[name] = defaultValue

    def combobox(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        self._defaults[name] = defaultValue

    def dropdown(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        self._check(name, [defaultValue, self._configuration.get(name, defaultValue)], choices)
        self._defaults[name] = defaultValue

    def multiselect(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        self._check(name, [defaultValue, *self._configuration.get(name, defaultValue).split(",")], choices)
        self._defaults[name] = defaultValue

    def get(self, name: str) -> str:
        """The value. Raises Failure where neither the pipeline nor the code gives one."""
        value = self._configuration.get(name, self._defaults.get(name))
        if value is None:
            raise fail(
                f"there is no widget {name}",
                f'Add "{name}" to the pipeline\'s configuration, or dbutils.widgets.text("{name}", …) above',
                caller(),
            )
        return value

    def getArgument(self, name: str, defaultValue: str) -> str:
        return self._configuration.get(name, self._defaults.get(name, defaultValue))

    def getAll(self) -> dict[str, str]:
        return {name: self.get(name) for name in self._defaults}

    def remove(self, name: str) -> None:
        self._defaults.pop(name, None)

    def removeAll(self) -> None:
        self._defaults.clear()

    def _check(self, name: str, values: Sequence[str], choices: Sequence[str]) -> None:
        for value in values:
            if value not in choices:
                raise fail(f"'{value}' is no choice of the widget {name}", f"Choices: {', '.join(choices)}", caller())
