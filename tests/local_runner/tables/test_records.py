import pytest

from local_runner.tables.records import broken_record


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("sound.csv", 'id,note\n1,"a ""b""\nc, d"\n\n2,\n', None),
        ("empty.csv", "", None),
        ("long.csv", 'id,note\n1,"two\nlines"\n2,b,c\n', (4, "it has 3 values, and the header 2")),
        ("short.csv", "id,note\n1\n", (2, "it has 1 values, and the header 2")),
        ("open.csv", 'id,note\n1,a\n2,"b\n\n', (3, "unexpected end of data")),
        ("bytes.csv", b"id\n1\n\xff\n", (3, "it is not UTF-8")),
        ("sound.json", '\ufeff[{"id": 1},\n {"id": 2}]', None),
        ("sound.jsonl", '{"id": "a\u2028b"}\n\n{"id": 2}\n', None),
        ("list.json", '[{"id": 1},\n {"id": }]', (2, "it is not JSON: Expecting value")),
        ("lines.json", '{"id": 1}\n\n{"id": 2', (3, "it is not JSON: Expecting ',' delimiter")),
        ("numbers.jsonl", '{"id": 1}\n7\n', (2, "it is no object")),
        ("other.parquet", "id,note", (0, "it is no parquet file")),
        ("notes.txt", "{", None),
    ],
)
def test_the_first_broken_record(tmp_path, name, content, expected):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert broken_record(file) == expected


def test_a_folder_is_not_looked_into(tmp_path):
    assert broken_record(tmp_path) is None
