"""SQL text as tokens with their places, so that a statement's parts can be cut out of it as the person wrote them."""

import re
from dataclasses import dataclass
from enum import Enum

from local_runner.diagnostics import Failure, Location, fail, not_supported

_WORD = re.compile(r"\w+")


class TokenKind(Enum):
    """WORD is a keyword or a plain name, NAME one in backticks; OTHER is a number, an operator, a bracket."""

    WORD = "word"
    NAME = "name"
    STRING = "string"
    OTHER = "other"


@dataclass(frozen=True)
class Token:
    """`text` is the value (a string without its quotes); `start` to `end` is its place in the whole text."""

    kind: TokenKind
    text: str
    start: int
    end: int
    line: int

    @property
    def word(self) -> str:
        """What keywords and brackets are compared with: never equal to one for a string or a quoted name."""
        return self.text.upper() if self.kind in (TokenKind.WORD, TokenKind.OTHER) else ""


def tokenise(text: str, file: str) -> list[Token]:
    """The tokens of `text`, without its comments. Raises Failure where a quote or a comment is not closed."""
    from sqlglot.dialects import Databricks
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import TokenType

    kinds = {TokenType.STRING: TokenKind.STRING, TokenType.IDENTIFIER: TokenKind.NAME}
    try:
        found = Databricks().tokenize(text)
    except SqlglotError as error:
        raise unclosed(text, file) from error
    tokens = []
    for one in found:
        kind = kinds.get(one.token_type)
        if kind:
            tokens.append(Token(kind, one.text, one.start, one.end + 1, one.line))
            continue
        # Some keywords are one token of several words (`PRIMARY KEY`): here each word is one.
        raw = text[one.start : one.end + 1]
        line = one.line - raw.count("\n")
        words = list(_WORD.finditer(raw)) if " " in one.text or "\n" in raw else []
        for word in words:
            at = one.start + word.start()
            place = line + raw[: word.start()].count("\n")
            tokens.append(Token(TokenKind.WORD, word[0], at, at + len(word[0]), place))
        if not words:
            kind = TokenKind.WORD if _WORD.fullmatch(one.text) and not one.text[0].isdigit() else TokenKind.OTHER
            tokens.append(Token(kind, raw, one.start, one.end + 1, one.line))
    return tokens


def unclosed(text: str, file: str) -> Failure:
    """What is wrong with the text of a file that cannot be split into tokens."""
    return fail("a quote or a comment is not closed", "Close it", Location(file, _unclosed_line(text)))


def _unclosed_line(text: str) -> int:
    """Where the quote or comment starts that `text` leaves open: after the last line up to which all are closed."""
    from sqlglot.dialects import Databricks
    from sqlglot.errors import SqlglotError

    lines = text.split("\n")
    for count in range(len(lines) - 1, 0, -1):
        try:
            Databricks().tokenize("\n".join(lines[:count]))
        except SqlglotError:
            continue
        return count + 1
    return 1


def split_statements(tokens: list[Token]) -> list[list[Token]]:
    """The tokens between semicolons; an empty statement is left out."""
    statements: list[list[Token]] = [[]]
    for token in tokens:
        if token.word == ";":
            statements.append([])
        else:
            statements[-1].append(token)
    return [statement for statement in statements if statement]


class Tokens:
    """A cursor over one statement's tokens in `text`. Its errors name the file and the line."""

    def __init__(self, text: str, file: str, tokens: list[Token]) -> None:
        self._text = text
        self._file = file
        self._tokens = tokens
        self._position = 0

    @property
    def done(self) -> bool:
        return self._position >= len(self._tokens)

    @property
    def location(self) -> Location:
        """Where the next token is, or the last one where none is left."""
        return Location(self._file, self._tokens[min(self._position, len(self._tokens) - 1)].line)

    @property
    def at_string(self) -> bool:
        return not self.done and self._tokens[self._position].kind is TokenKind.STRING

    def sees(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or brackets."""
        following = self._tokens[self._position : self._position + len(words)]
        return [token.word for token in following] == list(words)

    def accept(self, *words: str) -> bool:
        """Step over these keywords where they come next."""
        found = self.sees(*words)
        self._position += len(words) if found else 0
        return found

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            raise self.unexpected(" ".join(words))

    def unexpected(self, wanted: str) -> Failure:
        found = "the end of the statement" if self.done else f"'{self._tokens[self._position].text}'"
        return fail(f"{wanted} is expected here, not {found}", "Mend the statement", self.location)

    def name(self) -> str:
        """One part of a name, without its backticks."""
        if self.sees("IDENTIFIER", "("):
            raise not_supported("IDENTIFIER() is not supported in local runs", "Write the name, or ${key}", self.location)
        if self.done or self._tokens[self._position].kind not in (TokenKind.WORD, TokenKind.NAME):
            raise self.unexpected("a name")
        self._position += 1
        return self._tokens[self._position - 1].text

    def dotted_name(self) -> tuple[str, ...]:
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return tuple(parts)

    def string(self) -> str:
        """A string's value. `'it''s'` is one string with a quote in it; other strings in a row are one, put together."""
        if not self.at_string:
            raise self.unexpected("a string")
        text = ""
        while self.at_string:
            token, before = self._tokens[self._position], self._tokens[self._position - 1]
            touching = before.kind is TokenKind.STRING and before.end == token.start
            text += (self._text[token.start] if touching else "") + token.text
            self._position += 1
        return text

    def in_brackets(self) -> str:
        """The text between this `(` and the `)` that closes it."""
        self.expect("(")
        text = self.until()
        self.expect(")")
        return text

    def names_in_brackets(self) -> tuple[str, ...]:
        """`(a, b)`: the names; each may have several parts, joined by dots."""
        self.expect("(")
        names = [".".join(self.dotted_name())]
        while self.accept(","):
            names.append(".".join(self.dotted_name()))
        self.expect(")")
        return tuple(names)

    def until(self, *stops: tuple[str, ...]) -> str:
        """The text up to one of `stops`, to a bracket that closes more than it opens, or to the end."""
        return self._until(stops, {"(": 1, ")": -1})

    def type(self, *stops: tuple[str, ...]) -> str:
        """As `until`, for a type, in which `<` and `>` are brackets too."""
        return self._until(stops, {"(": 1, ")": -1, "<": 1, ">": -1})

    def _until(self, stops: tuple[tuple[str, ...], ...], brackets: dict[str, int]) -> str:
        start = self._position
        depth = 0
        while not self.done and (depth or not any(self.sees(*stop) for stop in stops)):
            depth += brackets.get(self._tokens[self._position].word, 0)
            if depth < 0:
                break
            self._position += 1
        if self._position == start:
            raise self.unexpected("an expression")
        return self._between(start, self._position)

    def rest(self) -> str:
        """The text from here to the end of the statement, after as many line breaks as stand before it in its file."""
        if self.done:
            raise self.unexpected("a query")
        start, self._position = self._position, len(self._tokens)
        return "\n" * (self._tokens[start].line - 1) + self._between(start, self._position)

    def words(self, count: int) -> str:
        """The next words, for a message."""
        return " ".join(token.text for token in self._tokens[self._position : self._position + count])

    def _between(self, start: int, stop: int) -> str:
        return self._text[self._tokens[start].start : self._tokens[stop - 1].end]
