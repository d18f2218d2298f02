"""Draws a scene: reads the script, counts, draws."""

from __future__ import annotations

from typing import TypeVar

from manim import Scene

from .advice import advise
from .failure import Failure
from .formulas import keep_widths_of_lines
from .job import Job
from .materials import provide
from .passes import CountPass, DrawPass, Pass
from .protocol import Protocol
from .script import FoundScene, Script, choose_scene, refuse_interaction
from .seam import attach, forget_mobjects, report_tex_errors, share_outlines
from .settings import Settings
from .tex import fail_with_log, label_without_tex
from .tex_programs import restrict_tex, starts_tex

# Of one event.
MAX_LENGTHS = 5_000

AnyPass = TypeVar("AnyPass", CountPass, DrawPass)


class Painting:
    """One job. The script runs twice, each time in a new module with the same seed."""

    def __init__(self, job: Job, script: Script, protocol: Protocol) -> None:
        self._job = job
        self._script = script
        self._protocol = protocol
        self._settings = Settings(job)
        self._is_announced = False
        self._warned: set[str] = set()
        self.current: Pass | None = None

    def paint(self) -> None:
        job, protocol = self._job, self._protocol
        refuse_interaction(Scene)
        keep_widths_of_lines()
        share_outlines()
        restrict_tex(self._settings.media_dir)
        if starts_tex():
            report_tex_errors(fail_with_log)
        else:
            label_without_tex()
        if not job.draws:
            for code, message, line, column in advise(self._script.tree):
                protocol.warn(code, message, line, column)
        provide(job.materials, self._warn_once)
        count = self._count()
        protocol.event(
            "counted",
            animations=count.plays,
            durationMs=round(1000 * count.frames / job.frame_rate),
            frames=count.frames,
            hasAudio=bool(count.soundtrack),
            framesOfEach=count.lengths[:MAX_LENGTHS],
        )
        if not job.draws:
            protocol.event("done", animations=count.plays, frames=0)
            return
        protocol.event("picture", width=job.width, height=job.height, frameRate=job.frame_rate)
        size = (job.width, job.height)
        drawing = DrawPass(protocol, size, job.frame_rate, count.soundtrack, job.start_at)
        try:
            self._run(drawing, job.renderer)
        finally:
            drawing.flush()
        if (drawing.plays, drawing.frames) != (count.plays, count.frames):
            protocol.warn(
                "COUNT_DIFFERS",
                f"The script was counted with {count.frames} frames, and drew {drawing.frames}. "
                "It depends on the time, on random numbers without a seed, or on its own files.",
            )
        protocol.event("done", animations=drawing.plays, frames=drawing.frames)

    def _count(self) -> CountPass:
        """Cairo's classes can skip animations. Those of OpenGL fail if an animation jumps to its end."""
        rate = self._job.frame_rate
        try:
            return self._run(CountPass(rate, skips=True), "cairo")
        except Failure:
            raise
        except Exception:
            if self._job.renderer == "cairo":
                raise
        # The script uses what only OpenGL has, so every frame is computed, but not drawn.
        return self._run(CountPass(rate, skips=False), "opengl")

    def _run(self, one: AnyPass, renderer: str) -> AnyPass:
        self.current = one
        forget_mobjects()
        with self._settings.applied(renderer):
            module = self._script.run()
            self._settings.restore(self._warn_once)
            scenes = self._script.find_scenes(module, Scene)
            self._announce(scenes)
            chosen = choose_scene(scenes, self._job.scene)
            scene = chosen.scene_class()
            attach(scene, one, mode=one.mode, draws_with=self._job.renderer)
            one.is_playing = True
            scene.render()
        return one

    def _warn_once(self, code: str, message: str) -> None:
        """The runs of a script warn alike."""
        if code not in self._warned:
            self._warned.add(code)
            self._protocol.warn(code, message)

    def _announce(self, scenes: list[FoundScene]) -> None:
        """Lists the scenes, also if none of them can be chosen."""
        if self._is_announced:
            return
        self._is_announced = True
        listed = [{"name": scene.name[:200], "line": scene.line} for scene in scenes[:200]]
        try:
            chosen = choose_scene(scenes, self._job.scene).name
        except Failure:
            chosen = None
        self._protocol.event("scenes", scenes=listed, chosen=chosen)
