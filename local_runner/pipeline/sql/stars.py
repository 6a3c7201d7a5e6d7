"""Where a query's `*` must leave a column out, so that a hidden column stays hidden."""

from local_runner.diagnostics import fail


def hidden_from_stars(tokens: list, start: int, column: str) -> list[tuple[int, str]]:
    """What to add, and where, so that no `*` over the table at `start` takes `column`.

    `tokens` are sqlglot's, of the whole query. Raises Failure where the SELECT over the table does not stand before it.
    """
    table = next(index for index, token in enumerate(tokens) if token.start == start)
    select, end = _select_before(tokens, table)
    alias = _alias_after(tokens, table)
    added = []
    for index in range(select + 1, end):
        if tokens[index].text != "*" or not _takes(tokens, index, alias):
            continue
        if tokens[index + 1].text.upper() == "EXCEPT":
            added.append((tokens[index + 2].end + 1, f"{column}, "))
        else:
            added.append((tokens[index].end + 1, f" EXCEPT ({column})"))
    return added


def _select_before(tokens: list, table: int) -> tuple[int, int]:
    """The SELECT whose FROM the table stands in, and that FROM."""
    depth, from_ = 0, table
    for index in range(table - 1, -1, -1):
        word = tokens[index].text.upper()
        depth += {")": 1, "(": -1}.get(word, 0)
        if depth < 0:
            break
        if depth == 0 and word == "FROM":
            from_ = index
        if depth == 0 and word == "SELECT":
            return index, from_
    raise fail(f"{tokens[table].text} stands before its SELECT", "Write SELECT … FROM …")


def _alias_after(tokens: list, table: int) -> str:
    """The name that the call at `table` goes by: its alias, or that of the function."""
    depth = 0
    for index in range(table + 1, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].text, 0)
        if depth == 0:
            following = [token.text.lower() for token in tokens[index + 1 : index + 3]]
            named = following[1:] if following[:1] == ["as"] else following[:1]
            return named[0] if named else ""
    return ""


def _takes(tokens: list, star: int, alias: str) -> bool:
    """Whether the `*` is one for columns, of all tables or of the one called `alias`: no product, no `count(*)`."""
    before = tokens[star - 1].text.upper()
    if before == ".":
        return tokens[star - 2].text.lower() in (alias, "read_files", "cloud_files")
    return before in ("SELECT", "DISTINCT", "ALL", ",")
