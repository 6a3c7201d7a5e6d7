"""What the Databricks CLI makes of a bundle, with a workspace that knows who is asking and agrees to the rest.

The CLI is not part of this project: where there is none on the PATH, nothing here runs.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.acceptance.cases import Case, Output, portable

CLI = shutil.which("databricks")


@contextmanager
def workspace(user: str) -> Iterator[str]:
    """A workspace on this machine whose current user is `user`; gives its address."""

    answers = {
        "/api/2.0/preview/scim/v2/Me": {"userName": user},
        "/api/2.0/workspace/get-status": {"object_type": "DIRECTORY", "object_id": 1},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answers.get(self.path.partition("?")[0], {})).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def validate(folder: Path, arguments: list[str], user: str, environment: dict[str, str]) -> tuple[int, Any, str]:
    """`databricks bundle validate -o json` in `folder`: its exit code, what it printed as JSON (or None), its messages."""
    with workspace(user) as host:
        result = subprocess.run(
            [CLI, "bundle", "validate", "-o", "json", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**_environment(folder), **environment, "DATABRICKS_HOST": host, "DATABRICKS_TOKEN": "none"},
        )
    return result.returncode, _parsed(result.stdout), result.stderr


def _parsed(text: str) -> Any:
    """The JSON that `text` is; None where there is none, or it is nested deeper than Python reads."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _environment(folder: Path) -> dict[str, str]:
    """This process's environment without a workspace of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABRICKS_", "BUNDLE_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**kept, "HOME": str(folder), "PATH": path, "DATABRICKS_CACHE_ENABLED": "false"}


def answer(case: Case, folder: Path) -> Output:
    """What the CLI prints for a case whose bundle is copied to `folder`."""
    arguments = case.arguments[1:]
    position = arguments.index("--user")
    user = arguments.pop(position + 1)
    arguments.pop(position)
    within = folder
    if "--bundle" in arguments:
        position = arguments.index("--bundle")
        within = folder / arguments.pop(position + 1)
        arguments.pop(position)
    code, value, messages = validate(within, arguments, user, case.environment)
    return Output(code, portable(value, folder) if code == 0 else None, messages)
