"""The two runs of a scene: the first counts its timeline, the second draws it."""

from __future__ import annotations

import numpy as np

from .changes import Rectangle, find_change
from .failure import Failure
from .protocol import Protocol
from .seam import Mode
from .sound import SAMPLE_RATE, Soundtrack

# Of one record, ten minutes at 60 frames per second.
MAX_REPEATS = 36_000
# A larger part of a frame is not worth a second copy: the whole frame is sent.
MAX_CHANGED = 0.7
# A frame that repeats the one before it is sent as a change of one pixel.
ONE_PIXEL = Rectangle(0, 0, 1, 1)


class CountPass:
    """Learns the length of the timeline and its sounds. Nothing is drawn."""

    start_at = 0

    def __init__(self, frame_rate: int, *, skips: bool) -> None:
        self.mode: Mode = "SKIP" if skips else "STEP"
        self.is_playing = False
        self.plays = 0
        self.frames = 0
        # Of each play.
        self.lengths: list[int] = []
        self.soundtrack = Soundtrack()
        self._frame_rate = frame_rate
        self._is_open_ended = False

    def begin_play(self, index: int, name: str, frames: int | None) -> None:
        self.frames += frames or 0
        self.lengths.append(frames or 0)
        self._is_open_ended = frames is None

    def end_play(self) -> None:
        self.plays += 1

    def skip_frame(self) -> None:
        # Such a play evaluates its condition after every frame, also while it is skipped.
        if self._is_open_ended:
            self.frames += 1
            self.lengths[-1] += 1

    def draw_frame(self, pixels: np.ndarray, repeat: int) -> None:
        """A wait that is stepped through holds a picture that was not drawn."""

    def hold_still(self, pixels: np.ndarray) -> None:
        self.frames += self._frame_rate

    def add_sound(self, path: str, offset: float, gain: float, background_gain: float) -> None:
        self.soundtrack.add(path, self.frames / self._frame_rate + offset, gain, background_gain)


class DrawPass:
    """Sends frames, each with the number of times that it is shown, and the samples of their time.

    Animations before `start_at` have the same frames and samples, but their pixels are neither drawn nor sent.
    """

    mode: Mode = "DRAW"

    def __init__(
        self,
        protocol: Protocol,
        size: tuple[int, int],
        frame_rate: int,
        soundtrack: Soundtrack,
        start_at: int = 0,
    ) -> None:
        self.is_playing = False
        self.plays = 0
        self.frames = 0
        self.start_at = start_at
        self._is_skipping = False
        self._protocol = protocol
        self._shape = (size[1], size[0], 4)
        self._whole = Rectangle(0, 0, *size)
        self._frame_rate = frame_rate
        self._soundtrack = soundtrack
        self._sent_samples = 0
        self._sent: np.ndarray | None = None
        self._held: np.ndarray | None = None
        # Where these two differ.
        self._change = ONE_PIXEL
        self._repeat = 0

    def begin_play(self, index: int, name: str, frames: int | None) -> None:
        self.flush()
        self._is_skipping = index < self.start_at
        self._protocol.event("step", index=index, name=name, frames=frames)

    def end_play(self) -> None:
        self.plays += 1
        if self._is_skipping:
            self._send_samples()

    def skip_frame(self) -> None:
        if not self._is_skipping:
            raise RuntimeError("Manim skipped a frame while it drew.")
        self.frames += 1

    def draw_frame(self, pixels: np.ndarray, repeat: int) -> None:
        if repeat < 1:
            return
        if self._is_skipping:
            # A picture that stands, which was not drawn.
            self.frames += repeat
            return
        if pixels.shape != self._shape or pixels.dtype != np.uint8:
            height, width = pixels.shape[:2]
            wanted = f"{self._shape[1]}×{self._shape[0]}"
            raise Failure(
                "SCRIPT_FAILED",
                f"The script changed the size of its frames from {wanted} to {width}×{height}.",
            )
        self._hold(np.ascontiguousarray(pixels))
        self._repeat += repeat
        # The reader must not wait for long for a picture that stands.
        if self._repeat >= self._frame_rate:
            self.flush()

    def hold_still(self, pixels: np.ndarray) -> None:
        """A scene without animations is shown for one second."""
        self._protocol.warn(
            "NO_ANIMATIONS",
            "The scene plays no animation. Its picture is shown for one second: call self.wait() for more.",
        )
        self.draw_frame(pixels, self._frame_rate)

    def add_sound(self, path: str, offset: float, gain: float, background_gain: float) -> None:
        """The first pass has added it."""

    def flush(self) -> None:
        """Sends the picture that was held back to be compared with its successor."""
        if self._held is None:
            return
        picture, repeat, change = self._held, self._repeat, self._change
        self._held, self._repeat = None, 0
        self.frames += repeat
        self._send_samples()
        for sent in range(0, repeat, MAX_REPEATS):
            self._send(picture, change, min(MAX_REPEATS, repeat - sent))
            change = ONE_PIXEL
        self._sent = picture

    def _hold(self, pixels: np.ndarray) -> None:
        before = self._sent if self._held is None else self._held
        change = self._whole if before is None else find_change(before, pixels)
        if self._held is not None and change is None:
            return
        self.flush()
        self._held, self._change = pixels, change or ONE_PIXEL

    def _send(self, picture: np.ndarray, change: Rectangle, repeat: int) -> None:
        if change.area > MAX_CHANGED * self._whole.area:
            self._protocol.frame(memoryview(picture).cast("B"), repeat)
        else:
            pixels = np.ascontiguousarray(change.of(picture))
            self._protocol.rectangle(memoryview(pixels).cast("B"), change, repeat)

    def _send_samples(self) -> None:
        if not self._soundtrack:
            return
        end = self.frames * SAMPLE_RATE // self._frame_rate
        while self._sent_samples < end:
            until = min(end, self._sent_samples + SAMPLE_RATE)
            self._protocol.samples(self._soundtrack.between(self._sent_samples, until))
            self._sent_samples = until


Pass = CountPass | DrawPass
