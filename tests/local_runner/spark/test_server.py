"""The server: who may use it, and from where."""

import ipaddress
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark needs Python 3.11")

from local_runner.spark.server import use_server

pytestmark = [pytest.mark.spark, pytest.mark.slow]

needs_proc = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's own tables")


def test_a_second_use_finds_the_same_server(root: Path) -> None:
    assert use_server(root) == use_server(root)


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
    state = root / ".local" / "spark" / "server.json"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (state, state.parent)] == [0o600, 0o700]
    assert json.loads(state.read_text())["token"] == server.token


@needs_proc
def test_all_ports_listen_on_loopback_only(root: Path) -> None:
    addresses = listening_addresses(use_server(root).pid)
    assert addresses
    assert all((address.ipv4_mapped or address).is_loopback for address in addresses)


@needs_proc
def test_the_token_is_on_no_command_line(root: Path) -> None:
    token = use_server(root).token.encode()
    command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert any(b"SparkConnectServer" in line for line in command_lines)
    assert not any(token in line for line in command_lines)


def test_another_virtual_environment_does_not_take_a_used_server_away(root: Path, tmp_path: Path) -> None:
    server = use_server(root)
    script = tmp_path / "other.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from local_runner.spark.server import use_server\n"
        "sys.prefix = '/another/venv'\n"
        f"use_server(Path({str(root)!r}))\n"
    )
    run = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert "is used by a run with another Python or other packages" in run.stderr
    assert use_server(root) == server


def listening_addresses(pid: int) -> list[ipaddress.IPv6Address]:
    """The addresses that process `pid` listens on, from Linux's own tables; IPv4 ones as IPv6 writes them."""
    links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                host = bytes.fromhex(columns[1].split(":")[0])
                # Each group of four bytes is in the machine's own order.
                packed = b"".join(host[i : i + 4][:: 1 if sys.byteorder == "big" else -1] for i in range(0, len(host), 4))
                addresses.append(ipaddress.IPv6Address(packed if len(packed) == 16 else b"\0" * 10 + b"\xff\xff" + packed))
    return addresses
