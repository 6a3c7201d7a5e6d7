"""Unquoted YAML scalars, read as the Databricks CLI reads them (libs/dyn/yamlloader/loader.go)."""

from __future__ import annotations

import re

Scalar = str | bool | int | float | None

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_TYPED_TAGS = ("int", "float", "bool", "null", "timestamp")
_TEXT_TAGS = ("str", "binary")


def plain_value(text: str) -> Scalar:
    """The value of a scalar without quotes and tag. Raises ValueError for an integer of more than 64 bits."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL_FLOAT.fullmatch(text):
        return float(text.lower().replace(".", ""))
    return text


def tagged_value(text: str, tag: str) -> Scalar:
    """The value of a scalar with an explicit tag. Raises LookupError for a tag that is not known."""
    name = tag.removeprefix("tag:yaml.org,2002:")
    if name in _TEXT_TAGS or tag == "!":
        return text
    if name not in _TYPED_TAGS:
        raise LookupError(tag)
    return plain_value(text)


def _integer(text: str) -> int | float:
    digits = text.lstrip("+-")
    sign = -1 if text.startswith("-") else 1
    if digits[:2] in ("0b", "0o", "0x"):
        value = sign * int(digits, 0)
    elif digits[0] == "0" and set(digits) & set("89"):
        # Neither octal nor, with its zero, decimal: a float to the CLI.
        return float(sign * int(digits))
    else:
        value = sign * int(digits.replace("_", ""))
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{text} does not fit in 64 bits")
    return value
