"""The surface of Databricks' `pyspark.pipelines`, and of the older `dlt`: each call records a definition.

Both modules are stood in for while a pipeline's files run (see shims.py). Names and parameters:
https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref; for `dlt`, the package databricks-dlt 0.3.
"""

from local_runner.pipeline.api.auto_cdc import AUTO_CDC_ARGUMENTS, create_auto_cdc_flow, create_auto_cdc_from_snapshot_flow
from local_runner.pipeline.api.datasets import (
    CREATE_ARGUMENTS,
    TABLE_ARGUMENTS,
    VIEW_ARGUMENTS,
    append_flow,
    create_sink,
    create_streaming_table,
    dlt_table,
    materialized_view,
    read,
    read_stream,
    table,
    temporary_view,
)
from local_runner.pipeline.api.expectations import (
    expect,
    expect_all,
    expect_all_or_drop,
    expect_all_or_fail,
    expect_or_drop,
    expect_or_fail,
)

PIPELINES = {
    "append_flow": append_flow,
    "apply_changes": create_auto_cdc_flow,
    "apply_changes_from_snapshot": create_auto_cdc_from_snapshot_flow,
    "create_auto_cdc_flow": create_auto_cdc_flow,
    "create_auto_cdc_from_snapshot_flow": create_auto_cdc_from_snapshot_flow,
    "create_sink": create_sink,
    "create_streaming_table": create_streaming_table,
    "expect": expect,
    "expect_all": expect_all,
    "expect_all_or_drop": expect_all_or_drop,
    "expect_all_or_fail": expect_all_or_fail,
    "expect_or_drop": expect_or_drop,
    "expect_or_fail": expect_or_fail,
    "materialized_view": materialized_view,
    "table": table,
    "temporary_view": temporary_view,
    "view": temporary_view,
}

DLT = PIPELINES | {
    "create_streaming_live_table": create_streaming_table,
    "create_table": dlt_table,
    "create_target_table": create_streaming_table,
    "create_view": temporary_view,
    "read": read,
    "readStream": read_stream,
    "read_stream": read_stream,
    "table": dlt_table,
}

# The arguments of those functions of which Databricks knows more.
ARGUMENTS = {
    "apply_changes": AUTO_CDC_ARGUMENTS,
    "create_auto_cdc_flow": AUTO_CDC_ARGUMENTS,
    "create_streaming_live_table": CREATE_ARGUMENTS,
    "create_streaming_table": CREATE_ARGUMENTS,
    "create_table": TABLE_ARGUMENTS,
    "create_target_table": CREATE_ARGUMENTS,
    "create_view": VIEW_ARGUMENTS,
    "materialized_view": TABLE_ARGUMENTS,
    "table": TABLE_ARGUMENTS,
    "temporary_view": VIEW_ARGUMENTS,
    "view": VIEW_ARGUMENTS,
}
