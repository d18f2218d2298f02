"""Runs the painter in a child of the test process, which has loaded Manim once, and reads what it writes."""

from __future__ import annotations

import json
import os
import struct
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

PAINTER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PAINTER))

from reelay_painter import main  # noqa: E402

main.limit_threads()

import reelay_painter.painting  # noqa: E402, F401
from reelay_painter.job import Job  # noqa: E402
from reelay_painter.protocol import HEADER, RECTANGLE, Protocol  # noqa: E402

SIZE = (64, 36)
RATE = 5
DEFAULTS = {
    "version": 1,
    "mode": "DRAW",
    "scene": None,
    "width": SIZE[0],
    "height": SIZE[1],
    "frameRate": RATE,
    "renderer": "CAIRO",
    "seed": 0,
}


@dataclass
class Output:
    """Records of one job."""

    data: bytes
    events: list[dict[str, Any]] = field(default_factory=list)
    # Pixels and repeats.
    frames: list[tuple[bytes, int]] = field(default_factory=list)
    # Frames that were sent as rectangles.
    rectangles: int = 0
    samples: bytes = b""
    # Kinds of records, and types of events, in their order. `FRAM` stands for both records of frames.
    order: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, data: bytes) -> Output:
        output = cls(data)
        position = 0
        while position < len(data):
            kind, a, b, length = HEADER.unpack_from(data, position)
            position += HEADER.size
            payload = data[position : position + length]
            position += length
            assert b == 0 and len(payload) == length
            if kind == b"EVNT":
                output.events.append(json.loads(payload))
                output.order.append(output.events[-1]["type"])
                continue
            if kind == b"RECT":
                kind, payload = b"FRAM", output.replaced(payload)
                output.rectangles += 1
            output.order.append(kind.decode())
            if kind == b"FRAM":
                output.frames.append((payload, a))
            else:
                assert kind == b"SAMP"
                output.samples += payload
        return output

    def replaced(self, rectangle: bytes) -> bytes:
        """The last frame with a rectangle replaced."""
        x, y, width, height = RECTANGLE.unpack_from(rectangle)
        picture = self.event("picture")
        frame = np.frombuffer(self.frames[-1][0], np.uint8).copy()
        rows = frame.reshape(picture["height"], picture["width"], 4)
        pixels = np.frombuffer(rectangle, np.uint8, offset=RECTANGLE.size)
        rows[y : y + height, x : x + width] = pixels.reshape(height, width, 4)
        return frame.tobytes()

    def event(self, kind: str) -> dict[str, Any]:
        return next(event for event in self.events if event["type"] == kind)

    @property
    def failure(self) -> dict[str, Any]:
        assert self.events[-1]["type"] == "failed", self.events[-1]
        return self.events[-1]

    @property
    def shown(self) -> int:
        return sum(repeat for _, repeat in self.frames)

    def pixel(self, frame: int, x: int, y: int) -> tuple[int, int, int, int]:
        pixels, _ = self.frames[frame]
        return struct.unpack_from("4B", pixels, 4 * (y * self.event("picture")["width"] + x))


def paint(source: str | bytes, *, name: str = "scene.py", **job: Any) -> Output:
    """Draws a script. Its log goes to the test's standard error if the variable SHOW_LOG is set."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        home = Path(folder, "home")
        home.mkdir()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            become_painter(writer, path, home, job)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(child, 0)
        assert status == 0, f"the painter ended with {status}"
    return Output.parse(data)


def become_painter(writer: int, script: Path, home: Path, job: dict[str, Any]) -> None:
    code = 1
    try:
        if "SHOW_LOG" not in os.environ:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
        os.chdir(home)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(home)
        # The tests are the same with and without TeX.
        os.environ["PATH"] = "/nowhere"
        tempfile.tempdir = None
        main.paint(Job.parse({**DEFAULTS, "script": str(script), **job}), Protocol(writer))
        code = 0
    finally:
        os._exit(code)
