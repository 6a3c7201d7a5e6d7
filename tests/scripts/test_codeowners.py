"""`just codeowners`: whom each file goes to, by git's own reading of the patterns; and that the one here is up to date."""

from pathlib import Path

import pytest

from scripts.owners import domains_of, read_owners

ROOT = Path(__file__).parents[2]
OWNERS = """\
platform: "@acme/platform"
domains:
  crm: "@acme/crm @ann"
  finance: money@acme.example
"""


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "databricks.yml").touch()
    (tmp_path / "owners.yml").write_text(OWNERS)
    return tmp_path


def test_the_domains_that_come_with_the_bundle_have_owners():
    """`just check` warns of a domain without one."""
    owners = set(read_owners(ROOT).domains)
    assert {"crm", "finance"} <= owners <= set(domains_of(ROOT)), "mend owners.yml, then: just codeowners"


def test_codeowners_here_is_what_owners_says():
    assert (ROOT / ".github/CODEOWNERS").read_text() == read_owners(ROOT).codeowners(), "just codeowners"


def test_whose_each_file_is(bundle, run_module, git):
    assert run_module("scripts.codeowners", cwd=bundle) == (0, "Wrote .github/CODEOWNERS\n", "")
    (_, everything), *domains = (
        line.split(maxsplit=1) for line in (bundle / ".github/CODEOWNERS").read_text().splitlines()[1:]
    )
    # GitHub takes a pattern as git does in a .gitignore.
    (bundle / "patterns").write_text("\n".join(pattern for pattern, _ in domains))
    expected = {
        "src/crm/hubspot/transformations/final_x.sql": "@acme/crm @ann",
        "resources/crm/hubspot/sync_job.py": "@acme/crm @ann",
        "tests/finance/stripe/test_x.py": "money@acme.example",
        "fixtures/finance/stripe/x.csv": "money@acme.example",
        "databricks.yml": "@acme/platform",
        "src/common/money.py": "@acme/platform",
        "docs/finance.md": "@acme/platform",
        "tests/local_runner/finance/x.py": "@acme/platform",
    }
    git("init", "--quiet")
    options = ["-c", f"core.excludesFile={bundle}/patterns", "check-ignore", "--no-index", "--verbose", "--non-matching"]
    found = [line.split("\t") for line in git(*options, *expected).splitlines()]
    owners = dict(domains)
    assert {file: owners.get(match.split(":", 2)[2], everything) for match, file in found} == expected


def test_a_second_time_changes_nothing(bundle, run_module):
    run_module("scripts.codeowners", cwd=bundle)
    before = (bundle / ".github/CODEOWNERS").stat()
    assert run_module("scripts.codeowners", cwd=bundle) == (0, ".github/CODEOWNERS is up to date\n", "")
    assert (bundle / ".github/CODEOWNERS").stat() == before
    assert [file.name for file in (bundle / ".github").iterdir()] == ["CODEOWNERS"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('platform: "@a/b"\n', "owners.yml: not as it must be: it holds `platform` and `domains`"),
        ('platform: "@a/b"\ndomains: [crm]\n', "owners.yml: not as it must be"),
        ('platform: "@a/b"\ndomains: {crm: }\n', "owners.yml:2: crm has no owner"),
        ('platform: team\ndomains: {crm: "@a/b"}\n', "owners.yml:1: 'team' is not an owner that GitHub knows"),
        ('platform: "@a/b"\ndomains: {crm: "@a/b\\n* @evil"}\n', "owners.yml:2: '@a/b\\n* @evil' is not an owner"),
        ("platform: [", "owners.yml:2: not valid YAML"),
        (None, "owners.yml: cannot read the file"),
    ],
)
def test_what_names_no_owner_is_refused(bundle, run_module, text, message):
    (bundle / "owners.yml").unlink() if text is None else (bundle / "owners.yml").write_text(text)
    done = run_module("scripts.codeowners", cwd=bundle)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {message}")
    assert not (bundle / ".github").exists()


def test_scaffold_says_what_a_new_domain_lacks(bundle, run_module):
    done = run_module("scripts.scaffold", "--domain=sales", "--source=shop", cwd=bundle)
    assert done == (
        0,
        "Scaffolded sales/shop\n",
        "Nobody owns sales yet: name a team in owners.yml, then: just codeowners\n",
    )
    assert run_module("scripts.scaffold", "--domain=crm", "--source=hubspot", cwd=bundle).stderr == ""
