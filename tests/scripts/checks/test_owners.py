OWNERS = {"owners.yml": 'platform: "@acme/platform"\ndomains:\n  crm: "@acme/crm"\n'}
WRITTEN = {
    ".github/CODEOWNERS": (
        "# Written by `just codeowners` from owners.yml: edit that. The last line that matches a file counts.\n"
        "*       @acme/platform\n"
        "/*/crm/ @acme/crm\n"
    )
}
CRM = {"resources/crm/__init__.py": ""}


def test_a_bundle_whose_owners_are_named(check):
    assert check({**OWNERS, **WRITTEN, **CRM}) == (0, "Checked dev: no errors, no warnings\n")


def test_a_bundle_without_owners(check):
    assert check(CRM) == (0, "Checked dev: no errors, no warnings\n")


def test_a_domain_without_an_owner(check):
    assert check({**OWNERS, **WRITTEN, **CRM, "resources/sales/shop/sync_job.py": ""}) == (
        0,
        "Warning: owners.yml: the domain sales has no owner\n"
        "  Name one under `domains` in owners.yml, then: just codeowners\n"
        "Checked dev: no errors, 1 warning\n",
    )


def test_an_owner_of_no_domain(check):
    code, text = check({**OWNERS, **WRITTEN})
    assert code == 0
    assert text.startswith("Warning: owners.yml:3: there is no domain crm under resources/\n")


def test_codeowners_that_says_something_else(check):
    for written in ({}, {".github/CODEOWNERS": "* @acme/platform\n"}):
        code, text = check({**OWNERS, **CRM, **written})
        assert code == 0
        assert text.startswith("Warning: .github/CODEOWNERS: .github/CODEOWNERS is not what owners.yml says\n")


def test_owners_that_cannot_be_read(check):
    code, text = check({"owners.yml": "platform: ["})
    assert code == 1
    assert text.startswith("Error: owners.yml:2: not valid YAML")
