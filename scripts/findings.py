"""What a check found, over all targets: merged, sorted, and written for people, for machines and for GitHub."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Location, Severity


@dataclass(frozen=True)
class Finding:
    """A diagnostic, and the targets it holds for."""

    diagnostic: Diagnostic
    targets: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        return self.diagnostic.severity is Severity.ERROR


def merged(found: Mapping[str, Iterable[Diagnostic]], folder: Path) -> list[Finding]:
    """`found`, by target, as findings sorted by place, with files relative to `folder`; one for what is the same in several.

    Two are the same when they say the same of the same place: what to do may differ by a target's names.
    """
    first: dict[tuple[object, ...], Diagnostic] = {}
    targets: dict[tuple[object, ...], list[str]] = {}
    for target, diagnostics in found.items():
        for diagnostic in diagnostics:
            same = (diagnostic.severity, diagnostic.location, diagnostic.summary)
            first.setdefault(same, diagnostic)
            if target not in targets.setdefault(same, []):
                targets[same].append(target)
    findings = [Finding(diagnostic.relative_to(folder), tuple(targets[same])) for same, diagnostic in first.items()]
    return sorted(findings, key=lambda finding: (_place(finding), finding.diagnostic.summary))


def as_text(targets: list[str], findings: list[Finding]) -> str:
    """Errors, then warnings, then their numbers; which targets each is of, where several were checked."""
    lines = []
    for finding in _errors_first(findings):
        diagnostic = finding.diagnostic
        of = f" [{', '.join(finding.targets)}]" if len(targets) > 1 else ""
        lines.append(str(replace(diagnostic, summary=diagnostic.summary + of)))
    return "\n".join([*lines, _summary(targets, findings)])


def as_json(targets: list[str], findings: list[Finding]) -> str:
    """`{"targets": […], "errors": […], "warnings": […]}`."""
    entries = {True: [], False: []}
    for finding in findings:
        diagnostic, place = finding.diagnostic, finding.diagnostic.location or Location("")
        entries[finding.is_error].append(
            {
                "file": place.file,
                "line": place.line,
                "column": place.column,
                "summary": diagnostic.summary,
                "detail": diagnostic.detail,
                "remedy": diagnostic.remedy,
                "targets": list(finding.targets),
            }
        )
    return json.dumps(
        {"targets": targets, "errors": entries[True], "warnings": entries[False]}, indent=2, ensure_ascii=False
    )


def as_annotations(targets: list[str], findings: list[Finding]) -> str:
    """Commands for GitHub Actions, which shows each at its line of a pull request.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = []
    for finding in _errors_first(findings):
        diagnostic, place = finding.diagnostic, finding.diagnostic.location or Location("")
        values = {"file": place.file, "line": place.line, "col": place.column, "title": diagnostic.summary}
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in values.items() if value)
        of = f"Targets: {', '.join(finding.targets)}" if len(targets) > 1 else ""
        message = "\n".join(part for part in (diagnostic.detail, diagnostic.remedy, of) if part) or diagnostic.summary
        lines.append(f"::{diagnostic.severity.value} {properties}::{_escaped(message)}")
    return "\n".join([*lines, _summary(targets, findings)])


def _errors_first(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: not finding.is_error)


def _summary(targets: list[str], findings: list[Finding]) -> str:
    errors = sum(finding.is_error for finding in findings)
    counts = f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"
    return f"Checked {', '.join(targets)}: {counts}" if targets else counts


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _place(finding: Finding) -> Location:
    return finding.diagnostic.location or Location("")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
