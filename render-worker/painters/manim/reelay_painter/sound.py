"""The sounds that a script adds, as samples of its timeline."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np

from .failure import Failure

SAMPLE_RATE = 48_000
# Half an hour of all sounds together, 350 MB.
MAX_SAMPLES = 1_800 * SAMPLE_RATE


def decode(path: str) -> np.ndarray:
    """All samples of a file: two channels of 16 bits, one row per moment."""
    with av.open(path) as container:
        if not container.streams.audio:
            raise Failure("SCRIPT_FAILED", f"The sound {path} has no audio.")
        # Made into stereo by FFmpeg, one channel would lose 3 dB.
        channels = 1 if container.streams.audio[0].channels == 1 else 2
        layout = "mono" if channels == 1 else "stereo"
        resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
        parts = [frame.to_ndarray().reshape(-1, channels) for frame in frames]
    samples = np.concatenate(parts) if parts else np.zeros((0, channels), np.int16)
    return np.broadcast_to(samples, (len(samples), 2))


def factor_of(decibels: float) -> float:
    return 10 ** (decibels / 20)


@dataclass(frozen=True, slots=True)
class Sound:
    start: int
    samples: np.ndarray
    gain: float
    # Applied to what sounds already, while this one does.
    background_gain: float


class Soundtrack:
    """Mixes sounds when they are needed."""

    def __init__(self) -> None:
        self._sounds: list[Sound] = []
        self._decoded: dict[str, np.ndarray] = {}
        self._total = 0

    def __bool__(self) -> bool:
        return bool(self._sounds)

    def add(self, path: str, at: float, gain: float, background_gain: float) -> None:
        """Adds the sound of a file at a time in seconds. Gains are decibels."""
        if at < 0:
            raise Failure("SCRIPT_FAILED", "A sound begins before the video. Use a larger time_offset.")
        if path not in self._decoded:
            self._decoded[path] = decode(path)
            self._total += len(self._decoded[path])
            if self._total > MAX_SAMPLES:
                raise Failure("SCRIPT_FAILED", "The script's sounds are longer than 30 minutes together.")
        sound = Sound(
            round(at * SAMPLE_RATE), self._decoded[path], factor_of(gain), factor_of(background_gain)
        )
        self._sounds.append(sound)

    def between(self, start: int, end: int) -> bytes:
        """Samples of the timeline, interleaved."""
        mix = np.zeros((end - start, 2), np.float32)
        for sound in self._sounds:
            first, last = max(start, sound.start), min(end, sound.start + len(sound.samples))
            if first >= last:
                continue
            part = slice(first - start, last - start)
            mix[part] *= sound.background_gain
            mix[part] += sound.samples[first - sound.start : last - sound.start] * np.float32(sound.gain)
        return np.clip(np.rint(mix), -32_768, 32_767).astype("<i2").tobytes()
