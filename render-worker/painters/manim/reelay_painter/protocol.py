"""The records that a painter writes. See docs/reference/painters.md."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

HEADER = struct.Struct("<4sIII")
RECTANGLE = struct.Struct("<IIII")
MAX_EVENT_BYTES = 64 * 1024


class Protocol:
    """Writes records to a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def event(self, kind: str, **fields: Any) -> None:
        payload = json.dumps({"type": kind, **fields}, ensure_ascii=False).encode("utf-8", "replace")
        if len(payload) > MAX_EVENT_BYTES:
            raise ValueError(f"The event {kind} has {len(payload)} bytes, more than {MAX_EVENT_BYTES}.")
        self._record(b"EVNT", 0, payload)

    def frame(self, pixels: memoryview, repeat: int) -> None:
        self._record(b"FRAM", repeat, pixels)

    def rectangle(self, pixels: memoryview, place: tuple[int, int, int, int], repeat: int) -> None:
        """The frame before it with other pixels at `place`: x, y, width, height."""
        self._write(memoryview(HEADER.pack(b"RECT", repeat, 0, RECTANGLE.size + len(pixels))))
        self._write(memoryview(RECTANGLE.pack(*place)))
        self._write(pixels)

    def samples(self, payload: bytes) -> None:
        self._record(b"SAMP", 0, payload)

    def warn(self, code: str, message: str, line: int | None = None, column: int | None = None) -> None:
        self.event("warning", code=code, message=message, line=line, column=column)

    def _record(self, kind: bytes, a: int, payload: bytes | memoryview) -> None:
        self._write(memoryview(HEADER.pack(kind, a, 0, len(payload))))
        self._write(memoryview(payload))

    def _write(self, rest: memoryview) -> None:
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                # No reader is left. An exception would pass through the script, which could catch it.
                os._exit(1)
