"""Who resolves the bundle: `workspace.current_user`, without asking a workspace.

Source of the short names: Databricks CLI, libs/iamutil/user.go and libs/textutil/textutil.go.
"""

from __future__ import annotations

import getpass
import re
import unicodedata
import uuid

from local_runner.bundle.tree import Map


def current_user(email: str | None) -> Map:
    """The user of this email as the CLI shows one; without `email`, the login name stands in."""
    name = email or getpass.getuser()
    short = short_name(name)
    return Map({"userName": name, "short_name": short, "domain_friendly_name": domain_friendly_name(short)})


def short_name(user_name: str) -> str:
    return identifier(user_name.partition("@")[0])


def domain_friendly_name(short: str) -> str:
    """A short name with ASCII letters, digits and dashes only."""
    return re.sub(r"[^A-Za-z0-9]", "-", without_marks(short)).lower()


def identifier(text: str) -> str:
    """`text` in lower case with each run of other characters than letters and digits made one underscore."""
    kept = "".join(c if is_letter_or_digit(c) else "_" for c in text.lower())
    return re.sub("_+", "_", kept).strip("_")


def is_letter_or_digit(character: str) -> bool:
    """Whether Unicode counts `character` among letters or decimal digits."""
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def without_marks(text: str) -> str:
    """`text` without diacritical marks."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def is_service_principal(user_name: str) -> bool:
    """Whether a user name is a service principal's: the CLI takes a UUID for one (libs/iamutil)."""
    try:
        uuid.UUID(user_name)
    except ValueError:
        return False
    return True
