"""Evolution strategies whose members live through a stream of windows, each in its own copy of the recurrent state."""

from __future__ import annotations
