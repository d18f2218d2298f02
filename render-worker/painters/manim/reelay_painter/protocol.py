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
        self._is_writing = False
        self._pending: BaseException | None = None

    def interrupt(self, error: BaseException) -> None:
        """Raises the error where the painter is, or after the record that it writes."""
        if not self._is_writing:
            raise error
        self._pending = error

    def event(self, kind: str, **fields: Any) -> None:
        payload = json.dumps({"type": kind, **fields}, ensure_ascii=False).encode("utf-8", "replace")
        if len(payload) > MAX_EVENT_BYTES:
            raise ValueError(f"The event {kind} has {len(payload)} bytes, more than {MAX_EVENT_BYTES}.")
        self._record(b"EVNT", 0, payload)

    def frame(self, pixels: memoryview, repeat: int) -> None:
        self._record(b"FRAM", repeat, pixels)

    def rectangle(self, pixels: memoryview, place: tuple[int, int, int, int], repeat: int) -> None:
        """The frame before it with other pixels at `place`: x, y, width, height."""
        header = HEADER.pack(b"RECT", repeat, 0, RECTANGLE.size + len(pixels))
        self._send(header, RECTANGLE.pack(*place), pixels)

    def samples(self, payload: bytes) -> None:
        self._record(b"SAMP", 0, payload)

    def warn(self, code: str, message: str, line: int | None = None, column: int | None = None) -> None:
        self.event("warning", code=code, message=message, line=line, column=column)

    def _record(self, kind: bytes, a: int, payload: bytes | memoryview) -> None:
        self._send(HEADER.pack(kind, a, 0, len(payload)), payload)

    def _send(self, *parts: bytes | memoryview) -> None:
        self._is_writing = True
        for part in parts:
            self._write(memoryview(part))
        self._is_writing = False
        if self._pending is not None:
            pending, self._pending = self._pending, None
            raise pending

    def _write(self, rest: memoryview) -> None:
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                # No reader is left. An exception would pass through the script, which could catch it.
                os._exit(1)
