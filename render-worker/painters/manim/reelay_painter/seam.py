"""The parts of Manim that this painter replaces. They are private, so the version of Manim is exact, and
tests/test_seam.py fails when one of them has moved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import svgelements
from manim import Animation, Manager, Scene, Wait, config
from manim.mobject.text import numbers
from manim.scene.scene_file_writer import SceneFileWriter
from manim.utils import tex_file_writing
from manim.utils.sounds import get_full_sound_file_path

# `SKIP` computes the end of each animation, `STEP` every frame, and `DRAW` also its pixels.
Mode = Literal["SKIP", "STEP", "DRAW"]

MAX_NAME = 200
MAX_SUBJECT = 60
MAX_NAMED_ANIMATIONS = 3


class Listener(Protocol):
    """What one run of a scene reports."""

    # Index of the first animation that is drawn. The frames of earlier ones are computed only.
    start_at: int

    def begin_play(self, index: int, name: str, frames: int | None) -> None: ...
    def end_play(self) -> None: ...
    def draw_frame(self, pixels: np.ndarray, repeat: int) -> None: ...
    def skip_frame(self) -> None: ...
    def hold_still(self, pixels: np.ndarray) -> None: ...
    def add_sound(self, path: str, offset: float, gain: float, background_gain: float) -> None: ...


class FrameWriter(SceneFileWriter):
    """Passes frames on instead of encoding them."""

    listener: Listener

    def add_partial_movie_file(self, hash_animation: str | None) -> None: ...
    def begin_animation(self, allow_write: bool = False, **_options: Any) -> None: ...
    def finish(self) -> None: ...
    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None: ...

    def end_animation(self, allow_write: bool = False) -> None:
        self.listener.end_play()

    def is_already_cached(self, hash_invocation: str) -> bool:
        return False

    def write_frame(self, pixels: np.ndarray, *, repeat: int = 1) -> None:
        self.listener.draw_frame(pixels, repeat)

    def save_image(self, pixels: np.ndarray) -> None:
        self.listener.hold_still(pixels)


class SoundManager(Manager):
    """Passes sounds on, also while animations are skipped."""

    listener: Listener

    def add_sound(
        self, sound_file: str, time_offset: float = 0, gain: float | None = None, **kwargs: Any
    ) -> None:
        if self.file_writer.sections[-1].skip_animations:
            return
        path = get_full_sound_file_path(sound_file, self.file_writer.settings.assets_dir)
        background_gain = kwargs.get("gain_to_background") or 0.0
        self.listener.add_sound(str(path), time_offset, gain or 0.0, background_gain)


def attach(scene: Scene, listener: Listener, *, mode: Mode, draws_with: str) -> None:
    """Connects a scene that was just constructed, since scenes in three dimensions bring their own camera."""
    renderer: Any = scene.renderer
    writer = FrameWriter(renderer.file_writer.settings)
    writer.listener = listener
    renderer.file_writer = writer
    manager = SoundManager(scene)
    manager.listener = listener
    begin = scene.begin_animations

    def begin_animations() -> None:
        index = renderer.num_plays
        if mode == "DRAW" and index == listener.start_at:
            draw_again(renderer)
        listener.begin_play(index, name_of(scene.animations or []), planned_frames(scene, draws_with))
        begin()

    scene.begin_animations = begin_animations
    if mode != "DRAW" or listener.start_at > 0:
        leave_undrawn(renderer, listener)
    if mode == "SKIP":
        renderer._original_skipping_status = True
        renderer.skip_animations = True


def leave_undrawn(renderer: Any, listener: Listener) -> None:
    """Computes frames without their pixels."""

    def skip_frame(*_args: Any, **_kwargs: Any) -> None:
        # Scripts may read it.
        renderer.time += 1 / config.frame_rate
        listener.skip_frame()

    renderer.update_frame = lambda *_args, **_kwargs: None
    renderer.render = skip_frame


def draw_again(renderer: Any) -> None:
    """Undoes `leave_undrawn`."""
    for name in ("update_frame", "render"):
        vars(renderer).pop(name, None)


def report_tex_errors(report: Callable[[Path, str, Path], None]) -> None:
    """Called with TeX's log, its program and its source when it fails. Manim only logs the errors."""
    tex_file_writing.print_all_tex_errors = report


def share_outlines() -> None:
    """Copies of a letter or a formula share the outline that it was read from, which nothing changes. Manim
    copies it point by point whenever an animation begins, which took most of that time."""

    def itself(outline: svgelements.Path, _memo: dict[int, Any]) -> svgelements.Path:
        return outline

    svgelements.Path.__deepcopy__ = itself


def forget_mobjects() -> None:
    """Digits are kept between scenes, whatever renderer they were made for."""
    numbers.string_to_mob_map.clear()


def planned_frames(scene: Scene, draws_with: str) -> int | None:
    """The number of frames of the play that begins; None if a condition of the script ends it."""
    renderer: Any = scene.renderer
    if renderer.file_writer.sections[-1].skip_animations:
        return 0
    rate = config.frame_rate
    if scene.is_current_animation_frozen_frame():
        # The two renderers round differently.
        return int(scene.duration / (1 / rate)) if draws_with == "cairo" else int(rate * scene.duration)
    if scene.stop_condition is not None:
        return None
    return len(np.arange(0, scene.duration, 1 / rate))


def name_of(animations: list[Animation]) -> str:
    """E.g. `Create(Circle), FadeIn(Square)`."""
    names = [plain_name(animation) for animation in animations[:MAX_NAMED_ANIMATIONS]]
    more = len(animations) - len(names)
    text = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    return " ".join(text.split())[:MAX_NAME] or "Animation"


def plain_name(animation: Animation) -> str:
    if isinstance(animation, Wait):
        return "Wait"
    # `square.animate.shift(UP)` becomes a `_MethodAnimation(Square)`.
    kind = type(animation).__name__.removeprefix("_").replace("MethodAnimation", "Animate")
    subject = str(animation.mobject).removeprefix("OpenGL")
    # The text of a formula can be long.
    return f"{kind}({subject if len(subject) <= MAX_SUBJECT else type(animation.mobject).__name__})"
