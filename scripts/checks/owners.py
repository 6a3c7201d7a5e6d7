"""Domains that nobody reviews, and a CODEOWNERS that does not say what owners.yml does."""

from collections.abc import Iterator

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity
from scripts.owners import CODEOWNERS, OWNERS, domains_of, read_owners


def owners(bundle: ResolvedBundle) -> list[Diagnostic]:
    """What is amiss with owners.yml, where there is one."""
    if not (bundle.root / OWNERS).is_file():
        return []
    try:
        return list(_amiss(bundle))
    except Failure as failure:
        return list(failure.diagnostics)


def _amiss(bundle: ResolvedBundle) -> Iterator[Diagnostic]:
    root = bundle.root
    found, domains = read_owners(root), domains_of(root)
    for domain in domains:
        if domain not in found.domains:
            remedy = f"Name one under `domains` in {OWNERS}, then: just codeowners"
            yield Diagnostic(f"the domain {domain} has no owner", remedy, Location(str(root / OWNERS)), Severity.WARNING)
    for domain in found.domains.keys() - set(domains):
        remedy = f"Correct it, or take it out of {OWNERS}, then: just codeowners"
        yield Diagnostic(f"there is no domain {domain} under resources/", remedy, found.where[domain], Severity.WARNING)
    file = root / CODEOWNERS
    if not file.is_file() or file.read_text(encoding="utf-8", errors="replace") != found.codeowners():
        summary = f"{CODEOWNERS} is not what {OWNERS} says"
        yield Diagnostic(summary, "Write it anew: just codeowners", Location(str(file)), Severity.WARNING)
