import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark needs Python 3.11")

from local_runner.spark import connect, stop
from local_runner.spark.server import Server, server_folder, use_server

pytestmark = pytest.mark.spark


def test_a_session_answers_in_databricks_time_zone(root: Path) -> None:
    session = connect(root)
    assert [tuple(row) for row in session.sql("select 1, current_timezone()").collect()] == [(1, "UTC")]


def test_a_second_use_finds_the_same_server(root: Path) -> None:
    assert use_server(root) == use_server(root)


def test_sessions_are_isolated(root: Path) -> None:
    first, second = connect(root), connect(root)
    first.sql("create temporary view only_here as select 1")
    assert [row.viewName for row in first.sql("show views").collect()] == ["only_here"]
    assert second.sql("show views").collect() == []


def test_the_newest_session_is_the_active_one(root: Path) -> None:
    from pyspark.sql import SparkSession

    connect(root).stop()
    session = connect(root)
    assert SparkSession.builder.getOrCreate() is session


def test_a_client_without_the_token_is_refused(root: Path) -> None:
    import grpc
    from pyspark.sql.connect.proto import AnalyzePlanRequest
    from pyspark.sql.connect.proto.base_pb2_grpc import SparkConnectServiceStub

    server = use_server(root)
    request = AnalyzePlanRequest(session_id="00112233-4455-6677-8899-aabbccddeeff")
    request.spark_version.SetInParent()

    def ask(token: str | None) -> grpc.StatusCode:
        metadata = [("authorization", f"Bearer {token}")] if token else []
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            try:
                SparkConnectServiceStub(channel).AnalyzePlan(request, metadata=metadata, timeout=10)
            except grpc.RpcError as error:
                return error.code()
        return grpc.StatusCode.OK

    assert [ask(server.token), ask(None), ask("guess")] == [
        grpc.StatusCode.OK,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNAUTHENTICATED,
    ]


def test_the_state_file_is_its_owners_alone(root: Path) -> None:
    server = use_server(root)
    state = server_folder(root) / "server.json"
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert json.loads(state.read_text())["token"] == server.token


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_all_ports_listen_on_loopback_only(root: Path) -> None:
    addresses = listening_addresses(use_server(root).pid)
    assert addresses
    assert set(addresses) <= {"127.0.0.1", "::ffff:7f00:1"}


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads Linux's process table")
def test_the_token_is_on_no_command_line(root: Path) -> None:
    token = use_server(root).token.encode()
    command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert any(b"SparkConnectServer" in line for line in command_lines)
    assert not any(token in line for line in command_lines)


def test_a_killed_server_is_replaced_and_stop_ends_it(tmp_path: Path) -> None:
    killed = use_server(tmp_path)
    os.kill(killed.pid, signal.SIGKILL)
    wait_until_gone(killed)
    server = use_server(tmp_path)
    assert server.pid != killed.pid
    assert stop(tmp_path)
    wait_until_gone(server)
    assert not stop(tmp_path)


def listening_addresses(pid: int) -> list[str]:
    """The addresses that process `pid` listens on, from Linux's own tables."""
    import ipaddress

    links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                host = bytes.fromhex(columns[1].split(":")[0])
                # Each group of four bytes is in the machine's own order.
                groups = [host[i : i + 4][::-1] for i in range(0, len(host), 4)]
                addresses.append(str(ipaddress.ip_address(b"".join(groups))))
    return addresses


def wait_until_gone(server: Server) -> None:
    deadline = time.monotonic() + 15
    while Path(f"/proc/{server.pid}").exists():
        assert time.monotonic() < deadline, "the server did not end"
        time.sleep(0.02)
