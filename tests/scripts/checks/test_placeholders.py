"""Hosts and principals that nobody has filled in."""

TARGETS = """\
bundle: {name: shop}
variables:
  deployer: {default: ""}
targets:
  dev:
    mode: development
    workspace: {host: "https://REPLACE-ME-dev.cloud.databricks.com"}
  staging:
    mode: production
    workspace: {host: "https://<workspace>.cloud.databricks.com", root_path: /Workspace/Shared/x}
    run_as: {user_name: someone@example.com}
  prod:
    mode: production
    workspace: {host: "https://shop.cloud.databricks.com", root_path: /Workspace/Shared/x}
    variables: {deployer: your-service-principal}
    run_as: {service_principal_name: "${var.deployer}"}
    permissions:
      - {service_principal_name: "${var.deployer}", level: CAN_MANAGE}
"""


def test_placeholders(check):
    principal = "Write the service principal's application id, the user's email or the group's name."
    expected = f"""\
Error: databricks.yml:10: the host https://<workspace>.cloud.databricks.com is a placeholder [staging]
  Write the address of the target's workspace.
Error: databricks.yml:11: the principal someone@example.com is a placeholder [staging]
  {principal}
Error: databricks.yml:15: the principal your-service-principal is a placeholder [prod]
  {principal}
Warning: databricks.yml:7: the host https://REPLACE-ME-dev.cloud.databricks.com is a placeholder [dev]
  Write the address of the target's workspace.
Checked dev, staging, prod: 3 errors, 1 warning
"""
    assert check({"databricks.yml": TARGETS}) == (1, expected)


def test_names_that_are_filled_in(check):
    targets = TARGETS.replace("your-service-principal", "0a1b2c3d-aaaa-bbbb-cccc-123456789abc")
    assert check({"databricks.yml": targets}, "prod") == (0, "Checked prod: no errors, no warnings\n")
