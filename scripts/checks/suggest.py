"""The name that was probably meant."""

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches

_NEIGHBOURS = 8


class Names:
    """Names to choose from, of which there may be thousands, asked for thousands of times.

    A slip leaves either the beginning of a name as it was or its end. So only the neighbours in the order of the names, and
    in the order of the names spelt backwards, are compared.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._forward = sorted(names)
        self._backward = sorted(name[::-1] for name in self._forward)

    def closest(self, name: str) -> str | None:
        """The name most like `name`; None where none is."""
        near = _around(self._forward, name) + [other[::-1] for other in _around(self._backward, name[::-1])]
        return next(iter(get_close_matches(name, near, n=1)), None)


def did_you_mean(name: str | None, otherwise: str) -> str:
    return f"Did you mean {name}?" if name else otherwise


def _around(names: list[str], name: str) -> list[str]:
    place = bisect_left(names, name)
    return names[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
