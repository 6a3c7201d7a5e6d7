"""Where a file of records is broken: the line, and in what way. Spark names the file alone."""

import csv
import json
from pathlib import Path
from typing import NamedTuple


class Broken(NamedTuple):
    """A record that cannot be read: its line, from 1, and what is wrong there."""

    line: int
    problem: str


def broken_record(file: Path) -> Broken | None:
    """The first broken record of a file of CSV with a header, JSON or parquet; None where it is sound, or of no such format.

    A file of JSON holds one list of objects, or an object a line.
    """
    if not file.is_file() or file.suffix not in (".csv", ".json", ".jsonl", ".parquet"):
        return None
    content = file.read_bytes()
    if file.suffix == ".parquet":
        return _broken_parquet(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Broken(content.count(b"\n", 0, error.start) + 1, "it is not UTF-8")
    return _broken_csv(text) if file.suffix == ".csv" else _broken_json(text)


def _broken_csv(text: str) -> Broken | None:
    records = csv.reader(text.splitlines(keepends=True), strict=True)
    first, header = 1, None
    try:
        for record in records:
            header = header or record
            if record and len(record) != len(header):
                return Broken(first, f"it has {len(record)} values, and the header {len(header)}")
            first = records.line_num + 1
    except csv.Error as error:
        return Broken(first, str(error))
    return None


def _broken_json(text: str) -> Broken | None:
    whole = text.lstrip().startswith("[")
    # A line ends at a newline alone: JSON's strings may hold what splitlines takes for one.
    for number, part in enumerate([text] if whole else text.split("\n"), start=1):
        if not part.strip():
            continue
        try:
            value = json.loads(part)
        except json.JSONDecodeError as error:
            return Broken(error.lineno if whole else number, f"it is not JSON: {error.msg}")
        if not all(isinstance(record, dict) for record in (value if isinstance(value, list) else [value])):
            return Broken(number, "it is no object")
    return None


def _broken_parquet(content: bytes) -> Broken | None:
    sound = len(content) > 8 and content[:4] == content[-4:] == b"PAR1"
    return None if sound else Broken(0, "it is no parquet file")
