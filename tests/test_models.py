from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts.models import ROOT_NAMES, JobResourceConfig, NamespaceResourceConfig, PipelineResourceConfig

ROOT = Path(__file__).parent.parent

PIPELINE = {"domain": "finance", "source": "stripe", "name": "sync"}


@pytest.mark.parametrize("model", [PipelineResourceConfig, JobResourceConfig])
@pytest.mark.parametrize("field", ["domain", "source", "name"])
class TestNames:
    @pytest.mark.parametrize("value", ["a", "sales2", "web_shop", "a__b", "a_", "match", "type_"])
    def test_snake_case_is_accepted(self, model, field, value):
        assert getattr(model(**{**PIPELINE, field: value}), field) == value

    @pytest.mark.parametrize(
        "value",
        ["", "A", "aB", "2a", "_a", "a-b", "a b", "a.b", "a/b", "../a", "é", "aé", "a\n", "\na", "a\x00", "x; rm -rf y"],
    )
    def test_anything_else_is_refused_by_its_value(self, model, field, value):
        message = f"'{value}' must be snake_case (lowercase, underscores, start with letter)"
        with pytest.raises(ValueError) as raised:  # noqa: PT011 the message is compared below, unescaped
            model(**{**PIPELINE, field: value})
        assert message in str(raised.value)

    @pytest.mark.parametrize("value", ["class", "import", "async", "lambda"])
    def test_a_keyword_is_refused(self, model, field, value):
        with pytest.raises(ValueError, match=f"'{value}' is a Python keyword"):
            model(**{**PIPELINE, field: value})

    def test_it_is_required(self, model, field):
        rest = {key: value for key, value in PIPELINE.items() if key != field}
        with pytest.raises(ValidationError, match=field):
            model(**rest)


class TestDomain:
    @pytest.mark.parametrize("domain", ["json", "io", "types", "email", "test"])
    def test_of_the_standard_library_is_refused(self, domain):
        with pytest.raises(ValueError, match=f"'{domain}' would shadow Python's standard module {domain}"):
            PipelineResourceConfig(**{**PIPELINE, "domain": domain})

    @pytest.mark.parametrize("domain", ["pydantic", "yaml", "databricks", "typing_extensions", "pytest"])
    def test_of_an_installed_package_is_refused(self, domain):
        with pytest.raises(ValueError, match=f"'{domain}' would shadow the installed package {domain}"):
            PipelineResourceConfig(**{**PIPELINE, "domain": domain})

    def test_common_is_refused(self):
        with pytest.raises(ValueError, match="'common' is the package that all domains share"):
            PipelineResourceConfig(**{**PIPELINE, "domain": "common"})

    @pytest.mark.parametrize("domain", sorted(ROOT_NAMES))
    def test_at_the_root_of_the_repository_is_refused(self, domain):
        with pytest.raises(ValueError, match=f"'{domain}' is taken at the root of this repository"):
            PipelineResourceConfig(**{**PIPELINE, "domain": domain})

    def test_every_package_and_module_at_the_root_is_known(self):
        modules = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
        assert {"start", "scripts", "local_runner", "tests"} <= modules
        assert modules <= ROOT_NAMES

    def test_that_the_repository_has_already_is_accepted(self):
        """A second source of a domain: its package is importable from src/ by then."""
        assert PipelineResourceConfig(domain="finance", source="paypal", name="sync").root_path == "src/finance/paypal"

    @pytest.mark.parametrize("field", ["source", "name"])
    def test_rules_do_not_bind_the_other_names(self, field):
        assert getattr(PipelineResourceConfig(**{**PIPELINE, field: "json"}), field) == "json"


class TestPipeline:
    def test_properties(self):
        config = PipelineResourceConfig(**PIPELINE)
        assert config.resource_var_name == "finance_stripe_sync_pipeline"
        assert config.display_name == "finance_stripe_sync_pipeline"
        assert config.root_path == "src/finance/stripe"
        assert config.serverless is True

    @pytest.mark.parametrize(("given", "value"), [(True, True), (False, False), ("true", True), ("false", False)])
    def test_serverless(self, given, value):
        assert PipelineResourceConfig(**PIPELINE, serverless=given).serverless is value

    @pytest.mark.parametrize("given", ["True", "FALSE", "yes", "no", "1", "0", "", "true ", "true\n", 1, 0, None])
    def test_serverless_is_never_guessed(self, given):
        with pytest.raises(ValueError, match="serverless must be true or false"):
            PipelineResourceConfig(**PIPELINE, serverless=given)

    def test_an_unknown_field_is_refused(self):
        with pytest.raises(ValidationError, match="schedule_unit"):
            PipelineResourceConfig(**PIPELINE, schedule_unit="DAYS")


class TestJob:
    def test_properties(self):
        config = JobResourceConfig(**PIPELINE)
        assert config.resource_var_name == "finance_stripe_sync_job"
        assert config.display_name == "finance_stripe_sync_job"
        assert config.pipeline_resource_var == "finance_stripe_sync_pipeline"
        assert config.root_path == "src/finance/stripe"
        assert (config.schedule_interval, config.schedule_unit) == (1, "DAYS")

    @pytest.mark.parametrize("unit", ["HOURS", "DAYS", "WEEKS"])
    def test_schedule_units(self, unit):
        assert JobResourceConfig(**PIPELINE, schedule_unit=unit).schedule_unit == unit

    @pytest.mark.parametrize("unit", ["MINUTES", "days", "", "DAYS ", "DAYS\n"])
    def test_another_unit_is_refused(self, unit):
        with pytest.raises(ValueError, match="schedule_unit must be one of HOURS, DAYS, WEEKS"):
            JobResourceConfig(**PIPELINE, schedule_unit=unit)

    @pytest.mark.parametrize(("given", "value"), [(1, 1), (365, 365), ("6", 6)])
    def test_schedule_interval(self, given, value):
        assert JobResourceConfig(**PIPELINE, schedule_interval=given).schedule_interval == value

    @pytest.mark.parametrize("given", [0, -1, "0", "-1", "", "six", "1.5", " 6", "6\n", 1.5, 6.0, True, None, "9" * 5000])
    def test_another_interval_is_refused(self, given):
        with pytest.raises(ValueError, match="schedule_interval must be a whole number of at least 1"):
            JobResourceConfig(**PIPELINE, schedule_interval=given)


class TestNamespace:
    def test_properties(self):
        config = NamespaceResourceConfig(domain="finance", source="stripe")
        assert config.schema_resource_var == "finance_stripe_schema"
        assert config.volume_resource_var == "finance_stripe_landing_volume"
        assert str(config.file) == "resources/finance/stripe/stripe_namespace.py"

    @pytest.mark.parametrize(
        ("field", "value"), [("domain", "common"), ("domain", "json"), ("source", "Stripe"), ("source", "")]
    )
    def test_names_of_a_pair_are_held_to_its_rules(self, field, value):
        with pytest.raises(ValidationError, match=field):
            NamespaceResourceConfig(**{"domain": "finance", "source": "stripe", field: value})

    def test_it_has_no_name_of_its_own(self):
        with pytest.raises(ValidationError, match="name"):
            NamespaceResourceConfig(**PIPELINE)
