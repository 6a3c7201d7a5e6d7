"""The options of Auto Loader (`format("cloudFiles")`), as a value.

Names and defaults: https://docs.databricks.com/aws/en/ingestion/cloud-object-storage/auto-loader/options
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.auto_loader.schema_hints import Hint, parse_hints

FORMATS = ("csv", "json", "parquet", "text")
MODES = ("addNewColumns", "rescue", "failOnNewColumns", "none")

# They say how files are found and paid for, or where Databricks keeps its notes: the rows are the same without them.
_WITHOUT_EFFECT = """
    awsAccessKey awsSecretKey backfillInterval clientEmail clientId clientSecret connectionString fetchParallelism
    listOnStart maxBytesPerTrigger maxFileAge maxFilesPerTrigger privateKey privateKeyId projectId queueName queueUrl region
    resourceGroup resourceTag roleArn roleExternalId roleSessionName schemaLocation stsEndpoint subscription
    subscriptionId tenantId useIncrementalListing useManagedFileEvents useNotifications useStrictGlobber validateOptions
""".split()  # noqa: SIM905
# Where rows would differ, only the default is taken.
_FIXED = {"allowOverwrites": "false", "includeExistingFiles": "true", "cleanSource": "off"}
_OWN = ["format", "inferColumnTypes", "partitionColumns", "schemaEvolutionMode", "schemaHints"]

_EVERY_FORMAT = ["ignoreCorruptFiles", "ignoreMissingFiles", "pathGlobFilter", "recursiveFileLookup", "rescuedDataColumn"]
_TEXT_PARSING = """
    columnNameOfCorruptRecord dateFormat encoding lineSep locale mode multiLine timeZone timestampFormat
    timestampNTZFormat
""".split()  # noqa: SIM905
_OF_FORMAT = {
    "json": _TEXT_PARSING
    + """
        allowBackslashEscapingAnyCharacter allowComments allowNonNumericNumbers allowNumericLeadingZeros allowSingleQuotes
        allowUnquotedControlChars allowUnquotedFieldNames dropFieldIfAllNull inferTimestamp prefersDecimal primitivesAsString
    """.split(),  # noqa: SIM905
    "csv": _TEXT_PARSING
    + """
        charToEscapeQuoteEscaping comment delimiter emptyValue enforceSchema escape header ignoreLeadingWhiteSpace
        ignoreTrailingWhiteSpace inferSchema maxCharsPerColumn maxColumns nanValue negativeInf nullValue positiveInf 
        preferDate quote sep unescapedQuoteHandling
    """.split(),  # noqa: SIM905
    "parquet": ["datetimeRebaseMode", "int96RebaseMode", "mergeSchema"],
    "text": ["encoding", "lineSep", "wholeText"],
}


@dataclass(frozen=True)
class CloudOptions:
    """What one `load` of Auto Loader asks for.

    `given` is the schema of `.schema(…)`, a StructType or None. `rescued` names the rescued data column; None where there is
    none. `partitions` are None where they are to be inferred. `parsing` are the options for
    Spark's own reader of the format.
    """

    format: str
    given: Any
    hints: tuple[Hint, ...]
    infer_types: bool
    mode: str
    rescued: str | None
    partitions: tuple[str, ...] | None
    glob: str | None
    parsing: dict[str, str]

    @property
    def fixed(self) -> Any:
        """The StructType that no file changes; None where the files have a say."""
        from pyspark.sql.types import StringType, StructField, StructType

        if self.format == "text":
            return StructType([StructField("value", StringType())])
        return self.given if self.rescued is None and self.mode == "none" else None

    @property
    def corrupt_column(self) -> str:
        """The name of the column for records that could not be read."""
        return self.parsing.get("columnnameofcorruptrecord", "_corrupt_record")

    @property
    def lenient(self) -> dict[str, str]:
        """The options of parsing for a part of a record: what does not fit becomes null, whatever the mode is."""
        kept = {key: value for key, value in self.parsing.items() if key != "columnnameofcorruptrecord"}
        return {**kept, "mode": "PERMISSIVE"}


def cloud_options(options: Mapping[str, str], given: Any) -> CloudOptions:
    """Read the `options` of a reader of cloudFiles. Raises Failure for one that is unknown or not supported here."""
    cloud, reader = {}, {}
    for key, value in options.items():
        lower = key.lower()
        if lower.startswith("cloudfiles."):
            cloud[lower.removeprefix("cloudfiles.")] = value
        else:
            reader[lower] = value
    if "format" not in cloud and (close := get_close_matches("format", cloud, n=1, cutoff=0.8)):
        raise fail(f"cloudFiles.{close[0]} is unknown, and cloudFiles.format missing", "Did you mean cloudFiles.format?")
    format_ = _one_of("cloudFiles.format", cloud.get("format", "").lower(), FORMATS)
    _check(options, format_, cloud)
    inferred = given is None and format_ != "text"
    mode = cloud.get("schemaevolutionmode") or ("addNewColumns" if inferred else "none")
    mode = _one_of("cloudFiles.schemaEvolutionMode", mode, MODES)
    if mode == "addNewColumns" and given is not None:
        raise fail(
            "cloudFiles.schemaEvolutionMode addNewColumns does not go with .schema(…)",
            "Give the columns as cloudFiles.schemaHints, or use rescue, failOnNewColumns or none",
        )
    partitions = cloud.get("partitioncolumns")
    return CloudOptions(
        format=format_,
        given=given,
        hints=parse_hints(cloud.get("schemahints", "")) if inferred else (),
        infer_types=_flag(cloud.get("infercolumntypes", "false")) or format_ == "parquet",
        mode=mode,
        rescued=reader.pop("rescueddatacolumn", "_rescued_data" if inferred and mode != "none" else None),
        partitions=None if partitions is None else tuple(name.strip() for name in partitions.split(",") if name.strip()),
        glob=reader.pop("pathglobfilter", None),
        parsing={key: value for key, value in reader.items() if key not in ("recursivefilelookup", "inferschema")},
    )


def cloud_option(name: str) -> str:
    """The name under which Auto Loader's reader knows an option of the SQL function read_files."""
    own = {one.lower() for one in [*_OWN, *_WITHOUT_EFFECT, *_FIXED]}
    return f"cloudFiles.{name}" if name.lower() in own else name


def _check(options: Mapping[str, str], format_: str, cloud: dict[str, str]) -> None:
    own = [f"cloudFiles.{name}" for name in [*_OWN, *_WITHOUT_EFFECT, *_FIXED]]
    known = {name.lower(): name for name in [*own, *_EVERY_FORMAT, *_OF_FORMAT[format_]]}
    for key in options:
        if key.lower() not in known and not key.lower().startswith("cloudfiles.resourcetag."):
            close = get_close_matches(key.lower(), known, n=1)
            hint = f"Did you mean {known[close[0]]}?" if close else "docs/parity.md lists what is"
            raise fail(f"the option {key} is not supported for cloudFiles with {format_} in local runs", hint)
    for name, only in _FIXED.items():
        if (value := cloud.get(name.lower(), only)).lower() != only:
            raise fail(f"cloudFiles.{name}={value} is not supported in local runs", f"Only {only} is")


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    for one in allowed:
        if one.lower() == value.lower():
            return one
    what = f"is '{value}'" if value else "is missing"
    raise fail(f"{option} {what}", f"Local runs know: {', '.join(allowed)}")


def _flag(text: str) -> bool:
    return text.lower() == "true"
