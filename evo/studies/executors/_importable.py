"""What other processes can rebuild of the work that is sent to them."""

from __future__ import annotations

import io
from typing import Any

__all__ = ["refuse_parts_of_main"]

_MAIN = "__main__"
_OURS = "evo."


def refuse_parts_of_main(work: object) -> None:
    """Refuse work with parts that are defined in the script itself.

    Functions and plain classes of a script or notebook travel by value. The behaviour of a part (a problem, a rate
    policy, ...) is registered when its module is imported, and nobody imports a script elsewhere.

    Args:
        work: What is to be sent.

    Raises:
        TypeError: If it holds such a part, or something that cannot be sent at all.
    """
    pickler = _pickler()
    found: dict[str, None] = {}

    class Looking(pickler):
        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, type) and obj.__module__ == _MAIN and _is_part(obj):
                found[obj.__qualname__] = None
            return super().reducer_override(obj)

    try:
        Looking(io.BytesIO()).dump(work)
    except Exception as error:
        raise TypeError(
            f"`work` must be something that can be sent to other processes; got {type(work).__name__}, which cannot: "
            f"{error}. Keep files, locks and connections out of it, or use executor='threads'."
        ) from error
    if found:
        raise TypeError(
            f"`work` must be made of parts that other processes can import; got {', '.join(found)}, defined in the "
            "script or notebook itself. Move it to a module of its own (a file beside the script) and import it from "
            "there, or use executor='threads'."
        )


def _is_part(kind: type) -> bool:
    return any(base.__module__.startswith(_OURS) for base in kind.__mro__)


def _pickler() -> type[Any]:
    """The pickler that joblib uses: a package of its own, or inside joblib before 1.6."""
    try:
        from cloudpickle import CloudPickler
    except ImportError:
        from joblib.externals.cloudpickle import CloudPickler  # pyright: ignore[reportMissingImports]
    return CloudPickler
