# Recipes of the data platform; `just` alone lists them.

# Arguments reach the programs as "$1", "$@": never as shell text.
set positional-arguments

# The programs say themselves what went wrong.
set no-exit-message

# The project's own tools come first: its virtual environment, and the uv that start.py installs.
export PATH := justfile_directory() / ".venv/bin:" + justfile_directory() / ".local/tools/bin:" + env("PATH")

[private]
default:
    @just --list

# Make the folders of a new domain/source pair
[group("new pairs")]
scaffold domain source:
    @python -m scripts.scaffold --domain="$1" --source="$2"

# Write resources/<domain>/<source>/<name>_pipeline.py
[group("new pairs")]
build-pipeline-resource domain source name serverless="true":
    @python -m scripts.build_pipeline_resource --domain="$1" --source="$2" --name="$3" --serverless="$4"

# Write resources/<domain>/<source>/<name>_job.py; the unit is HOURS, DAYS or WEEKS
[group("new pairs")]
build-job-resource domain source name schedule_interval="1" schedule_unit="DAYS":
    @python -m scripts.build_job_resource --domain="$1" --source="$2" --name="$3" --schedule-interval="$4" --schedule-unit="$5"

# Write resources/<domain>/<source>/<source>_namespace.py: the schema, and the volume that input lands in
[group("new pairs")]
build-namespace-resource domain source:
    @python -m scripts.build_namespace_resource --domain="$1" --source="$2"

# Write .github/CODEOWNERS from owners.yml
[group("new pairs")]
codeowners:
    @python -m scripts.codeowners

# Run a job or a pipeline here, with no workspace: just run-local finance_stripe_sync_job
[group("on this machine")]
run-local *args:
    @python -m local_runner run --bundle . "$@"

# Print a table of the last local run: just show final_payment_summary
[group("on this machine")]
show *args:
    @python -m local_runner show --bundle . "$@"

# List the tables that local runs have made
[group("on this machine")]
tables *args:
    @python -m local_runner tables --bundle . "$@"

# Run a query over them: just sql "select * from final_payment_summary"
[group("on this machine")]
sql *args:
    @python -m local_runner sql --bundle . "$@"

# Stop the local Spark server
[group("on this machine")]
stop-local:
    @python -m local_runner stop --bundle .

# Look at this machine: tools, targets, profiles, placeholders, and what to do about each (-o json: for machines)
[group("on this machine")]
doctor *args:
    @python -m scripts.doctor "$@"

# Check the bundle, with no workspace: just check, or one target: just check prod
[group("on this machine")]
check *args:
    @python -m scripts.check "$@"

# Hold the final tables' columns against what is recorded: just contract, or just contract finance (--update: record them)
[group("on this machine")]
contract *args:
    @python -m scripts.contract "$@"

# List what a change touches, and why: just affected, or since a commit: just affected main --target prod
[group("on this machine")]
affected *args:
    @python -m scripts.affected "$@"

# Sign in to a target's workspace: just login staging
[group("in a workspace")]
login *args:
    @python -m scripts.login "$@"

# Check the bundle with a workspace (Databricks CLI)
[group("in a workspace")]
validate target="dev": _databricks-cli
    @databricks bundle validate --target="$1"

# Deploy the bundle (Databricks CLI)
[group("in a workspace")]
deploy target="dev": _databricks-cli
    @databricks bundle deploy --target="$1"

# Deploy one domain's resources: just deploy-domain finance staging (options: --dry-run, --allow-data-loss)
[group("in a workspace")]
deploy-domain domain *args:
    @python -m scripts.deploy_domain "$@"

# Deploy what has changed since the last time: just deploy-affected staging (--full: also remove what is gone)
[group("in a workspace")]
deploy-affected *args:
    @python -m scripts.deploy_affected "$@"

# Fill a pair's landing volume from fixtures/: just upload-fixtures finance stripe dev (options: --dry-run, --allow-production)
[group("in a workspace")]
upload-fixtures domain source *args:
    @python -m scripts.upload_fixtures "$@"

# Run a deployed job or pipeline (Databricks CLI)
[group("in a workspace")]
run resource target="dev": _databricks-cli
    @databricks bundle run --target="$2" "$1"

# Where there is no CLI, say where to get it
_databricks-cli:
    @command -v databricks > /dev/null || python -m scripts.databricks_cli

# Run the tests, side by side; arguments go to pytest: just test -k "a name"
[group("code")]
test *args:
    @pytest --numprocesses=logical --maxprocesses=4 "$@"

# Kill runners and Spark servers at random moments (minutes); KILLS says how many of each
[group("code")]
test-kills:
    @pytest -m kills

# Write what the cases under tests/acceptance are expected to print: just update-acceptance [case…]
[group("code")]
update-acceptance *cases:
    @python -m tests.acceptance.update "$@"

# Check style and formatting, changing nothing
[group("code")]
lint:
    ruff check .
    ruff format --check .

# Format the code and mend what can be mended safely
[group("code")]
fmt:
    ruff check --fix .
    ruff format .

# Lint, format and check what is staged before each commit, from now on
[group("code")]
hooks:
    @pre-commit install
