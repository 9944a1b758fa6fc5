"""What differs between two plain values, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evo.core.codec import Json, dumps

__all__ = ["differences", "listed"]

_SHOWN = 12


def differences(place: str, old: Json, new: Json) -> Iterator[str]:
    """Compare two plain values and describe each difference as `place: old -> new`.

    Args:
        place: Name of the value, such as "config".
        old: The value before.
        new: The value now.

    Yields:
        One line per innermost difference.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            inner = f"{place}.{key}" if key.isidentifier() else f"{place}[{key!r}]"
            if key not in new:
                yield f"{inner}: {_short(old[key])} -> absent"
            elif key not in old:
                yield f"{inner}: absent -> {_short(new[key])}"
            else:
                yield from differences(inner, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(f"{place}[{i}]", before, after)
    elif dumps(old) != dumps(new):
        yield f"{place}: {_short(old)} -> {_short(new)}"


def listed(lines: Sequence[str]) -> str:
    """Show lines below each other, the tail of a long list as its length."""
    shown = [f"  {line}" for line in lines[:_SHOWN]]
    return "\n".join([*shown, f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else shown)


def _short(value: Json) -> str:
    text = dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
