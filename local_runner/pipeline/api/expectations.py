"""The decorators that give a dataset its expectations."""

from collections.abc import Callable, Mapping
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import Action, Expectation, caller

Query = Callable[[], Any]


def expect(name: str, inv: str) -> Callable[[Query], Query]:
    """Count the rows that fail `inv`, and keep them."""
    return _decorator("expect", Action.WARN, {name: inv})


def expect_or_drop(name: str, inv: str) -> Callable[[Query], Query]:
    """Leave out the rows that fail `inv`."""
    return _decorator("expect_or_drop", Action.DROP, {name: inv})


def expect_or_fail(name: str, inv: str) -> Callable[[Query], Query]:
    """Fail the dataset where a row fails `inv`."""
    return _decorator("expect_or_fail", Action.FAIL, {name: inv})


def expect_all(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect` for each rule."""
    return _decorator("expect_all", Action.WARN, expectations)


def expect_all_or_drop(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect_or_drop` for each rule."""
    return _decorator("expect_all_or_drop", Action.DROP, expectations)


def expect_all_or_fail(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect_or_fail` for each rule."""
    return _decorator("expect_all_or_fail", Action.FAIL, expectations)


def rules_of(query: Query) -> list[Expectation]:
    """The query's own list of rules: shared with its dataset, so that a decorator above or below adds to the same."""
    return query.__dict__.setdefault("_expectations", [])


def rules(action: Action, conditions: Any, what: str) -> list[Expectation]:
    """`conditions`, a dict of rule to SQL condition, as expectations. Raises Failure, naming `what`, for anything else."""
    if not isinstance(conditions, Mapping) or not all(isinstance(name, str) for name in conditions):
        raise fail(f"{what} takes a dict: the name of each rule and its condition", "Mend it", caller())
    return [Expectation(name, condition, action) for name, condition in conditions.items()]


def _decorator(name: str, action: Action, conditions: Any) -> Callable[[Query], Query]:
    given = rules(action, conditions, f"@{name}")
    location = caller()

    def decorate(query: Query) -> Query:
        if not callable(query):
            raise fail(f"@{name} is put on {query!r}, which is no function", f"Write @{name}(…) above a def", location)
        own = rules_of(query)
        for rule in given:
            if any(rule.name == other.name for other in own):
                raise fail(f"two expectations are called {rule.name}", "Rename one of them", location)
        # The decorators of a function are called from the last to the first.
        own[:0] = given
        return query

    return decorate
