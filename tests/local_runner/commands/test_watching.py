"""`run --watch`. The runs are stand-ins that change files; what notices the changes is real."""

import pytest

from local_runner.diagnostics import fail

pytest.importorskip("watchfiles", reason="comes with Spark, for Python 3.11 and newer")

from local_runner.commands.watching import run_at_each_change


def test_each_change_is_followed_by_a_run_that_sees_it(tmp_path, capsys):
    source = tmp_path / "src" / "orders.sql"
    source.parent.mkdir()
    source.write_text("1")
    (tmp_path / ".local").mkdir()
    seen = []

    def run() -> int:
        seen.append(source.read_text())
        (tmp_path / ".local" / "table.json").write_text(seen[-1])
        if seen == ["1"]:
            # While it runs.
            source.write_text("2")
            raise fail("a run that fails", "the next one is for its mend")
        if seen[-1] == "3":
            raise KeyboardInterrupt
        source.write_text("3")
        return 0

    assert run_at_each_change(tmp_path, run) == 130
    assert seen == ["1", "2", "3"]
    output = capsys.readouterr()
    assert output.err == "Error: a run that fails\n  the next one is for its mend\n"
    assert output.out == "Waiting for a change; Ctrl+C ends\n\nsrc/orders.sql changed\n" * 2
