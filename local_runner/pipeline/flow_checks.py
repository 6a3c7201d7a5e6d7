"""Which flows can feed which datasets."""

from local_runner.diagnostics import Diagnostic, fail
from local_runner.pipeline.definitions import Definitions, Flow, Kind


def flow_problems(definitions: Definitions) -> list[Diagnostic]:
    """What is wrong with the flows, as far as it shows without their queries."""
    targets = {flow.target for flow in definitions.flows}
    unfed = [
        Diagnostic(f"nothing writes to {dataset.name.table}", "Add an @append_flow with it as target", dataset.location)
        for dataset in definitions.datasets.values()
        if dataset.name not in targets
    ]
    return [problem for flow in definitions.flows if (problem := _target_problem(flow, definitions))] + unfed


def _target_problem(flow: Flow, definitions: Definitions) -> Diagnostic | None:
    table = flow.target.table
    if flow.target not in definitions.datasets:
        return Diagnostic(
            f"flow {flow.name} writes to {table}, which is not defined",
            f"Add create_streaming_table('{table}') before it",
            flow.location,
        )
    others = [other for other in definitions.flows_into(flow.target) if other is not flow]
    if any(other.changes and other.changes.snapshots for other in others):
        return Diagnostic(
            f"{table} takes snapshots, and {flow.name} writes to it too", "Give them a target each", flow.location
        )
    if not flow.changes and any(other.changes for other in others):
        return Diagnostic(
            f"{table} takes changes from another flow: {flow.name} cannot append to it",
            "Give them a target each, or apply changes with both",
            flow.location,
        )
    return None


def hold_against(kind: Kind, flow: Flow, streaming: bool) -> None:
    """Raises Failure where a dataset of this kind cannot take the flow's rows, which come as a stream or as a batch."""
    table = flow.target.table
    if kind is Kind.TEMPORARY_VIEW:
        return
    if kind is Kind.MATERIALIZED_VIEW:
        if streaming:
            raise fail(
                f"{table} is a materialized view, but its query reads a stream",
                "Read with spark.read (in SQL: leave STREAM out), or make it a streaming table",
                flow.location,
            )
        return
    if streaming and flow.reads_batch:
        what, remedy = ("runs once", "take once=True out") if flow.once else ("takes snapshots", "apply changes")
        raise fail(f"{flow.name} {what}, but reads a stream", f"Read with spark.read, or {remedy}", flow.location)
    if not streaming and not flow.reads_batch:
        raise fail(
            f"{table} is a streaming table, but its {'source' if flow.changes else 'query'} {flow.name} reads a batch",
            "Let the source read with spark.readStream"
            if flow.changes
            else "Read with spark.readStream (in SQL: FROM STREAM x), or make it a materialized view",
            flow.location,
        )
