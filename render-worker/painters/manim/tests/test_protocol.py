"""What the reader of a painter can rely on."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import DEFAULTS, PAINTER, Output, paint

from reelay_painter.protocol import Protocol

SQUARE = """
class Grow(Scene):
    def construct(self):
        square = Square(side_length=4, fill_opacity=1, stroke_width=0, color=RED)
        self.play(FadeIn(square))
        self.wait(2)
        self.play(square.animate.shift(LEFT), Rotate(square))
"""


class TheStream(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.output = paint(SQUARE)

    def test_events_and_frames_come_in_the_order_of_the_protocol(self):
        order = [
            kind for kind, before in zip(self.output.order, [None, *self.output.order]) if kind != before
        ]
        self.assertEqual(
            order,
            ["hello", "scenes", "counted", "picture", "step", "FRAM", "step", "FRAM", "step", "FRAM", "done"],
        )

    def test_the_count_is_what_is_played(self):
        counted = self.output.event("counted")
        self.assertEqual(
            counted,
            {
                "type": "counted",
                "animations": 3,
                "durationMs": 4000,
                "frames": 20,
                "hasAudio": False,
                "framesOfEach": [5, 10, 5],
            },
        )
        self.assertEqual(self.output.shown, 20)
        self.assertEqual(self.output.event("done"), {"type": "done", "animations": 3, "frames": 20})

    def test_a_held_picture_is_sent_once(self):
        self.assertIn(10, [repeat for _, repeat in self.output.frames])

    def test_steps_have_readable_names_and_their_number_of_frames(self):
        steps = [event for event in self.output.events if event["type"] == "step"]
        self.assertEqual(
            [(step["index"], step["name"], step["frames"]) for step in steps],
            [(0, "FadeIn(Square)", 5), (1, "Wait", 10), (2, "Animate(Square), Rotate(Square)", 5)],
        )

    def test_frames_are_rgba_with_rows_from_the_top(self):
        held = next(index for index, (_, repeat) in enumerate(self.output.frames) if repeat == 10)
        self.assertEqual(self.output.pixel(held, 32, 18), (252, 98, 85, 255))
        self.assertEqual(self.output.pixel(held, 0, 0), (0, 0, 0, 255))
        upper = paint(
            "class Up(Scene):\n  def construct(self):\n"
            "    self.add(Square(2, fill_opacity=1).to_edge(UP))\n    self.wait()"
        )
        self.assertNotEqual(upper.pixel(0, 32, 5), (0, 0, 0, 255))
        self.assertEqual(upper.pixel(0, 32, 30), (0, 0, 0, 255))

    def test_a_check_ends_after_the_count(self):
        output = paint(SQUARE, mode="CHECK")
        self.assertEqual(output.order, ["hello", "scenes", "counted", "done"])

    def test_output_of_the_script_is_no_record(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "scene.py")
            script.write_text("import os\nprint('a line')\nos.write(1, b'EVNT\\n')\n" + SQUARE)
            job = {**DEFAULTS, "script": str(script), "mode": "CHECK"}
            command = [sys.executable, "-I", "-B", str(PAINTER / "painter.py"), json.dumps(job)]
            environment = {"HOME": folder, "TMPDIR": folder, "PATH": os.defpath, "PYTHONPATH": "/nowhere"}
            ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
        self.assertEqual(Output.parse(ended.stdout).order, ["hello", "scenes", "counted", "done"])
        self.assertIn(b"a line\nEVNT", ended.stderr)


class AnInterruption(unittest.TestCase):
    def test_a_record_is_complete_before_an_interruption(self):
        class Interrupted(Protocol):
            def _write(self, rest):
                if self._pending is None:
                    self.interrupt(TimeoutError())
                super()._write(rest)

        reader, writer = os.pipe()
        with self.assertRaises(TimeoutError):
            Interrupted(writer).event("done", animations=1, frames=2)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            self.assertEqual(Output.parse(pipe.read()).order, ["done"])
        with self.assertRaises(TimeoutError):
            Protocol(1).interrupt(TimeoutError())


class TheTimeline(unittest.TestCase):
    def test_the_same_seed_draws_the_same_bytes(self):
        source = """
import random
class Dots(Scene):
    def construct(self):
        for color in {RED, GREEN, BLUE}:
            self.add(Dot([random.uniform(-5, 5), np.random.uniform(-3, 3), 0], color=color))
        self.wait(random.choice([0.4, 0.8, 1.2]))
"""
        first, second, other = paint(source, seed=7), paint(source, seed=7), paint(source, seed=8)
        self.assertEqual(first.data, second.data)
        self.assertNotEqual(first.frames, other.frames)

    def test_a_small_change_is_sent_as_a_rectangle(self):
        output = paint("""
class Lesson(Scene):
    def construct(self):
        dot = Dot(color=RED)
        self.add(Circle())
        self.play(dot.animate.shift(RIGHT), run_time=2)
        self.wait(3)
""")
        whole = len(output.frames[0][0])
        self.assertEqual((len(output.frames), output.shown), (11, 25))
        self.assertEqual(output.rectangles, 10)
        self.assertLess(len(output.data), 2 * whole)

    def test_a_drawing_that_starts_later_sends_the_same_frames_and_all_samples(self):
        source = """
import wave
with wave.open("beep.wav", "wb") as file:
    file.setparams((2, 2, 48000, 0, "NONE", ""))
    file.writeframes(b"\\x00\\x10\\x00\\xf0" * 9600)
class Lesson(Scene):
    def construct(self):
        dot = Dot(LEFT).add_updater(lambda d, dt: d.shift(RIGHT * dt * np.random.uniform(0.5, 1)))
        self.add(dot, Circle())
        self.add_sound("beep.wav")
        self.play(Create(Square()))
        self.wait(1.4)
        self.add(Dot([self.time - 2, 1, 0]))
        dot.clear_updaters()
        self.wait(2)
        self.play(dot.animate.shift(UP), run_time=0.6)
"""
        whole = paint(source)
        plays = [[]]
        frames = iter(whole.frames)
        for kind in whole.order[whole.order.index("step") + 1 :]:
            if kind == "step":
                plays.append([])
            if kind == "FRAM":
                plays[-1].append(next(frames))
        for start in (1, 2, 3):
            later = paint(source, startAt=start)
            self.assertEqual(later.frames, [frame for play in plays[start:] for frame in play])
            self.assertEqual(later.samples, whole.samples)
            self.assertEqual(later.event("done"), whole.event("done"))
            self.assertNotIn("warning", later.order)

    def test_the_count_leaves_nothing_behind_for_the_drawing(self):
        output = paint("""
square = Square()
plays = 0
class Twice(Scene):
    def construct(self):
        global plays
        plays += 1
        self.play(square.animate.shift(RIGHT * plays))
        assert plays == 1 and square.get_x() == 1
""")
        self.assertEqual(output.event("done")["frames"], 5)

    def test_a_wait_for_a_condition_is_counted_by_its_frames(self):
        output = paint("""
class Until(Scene):
    def construct(self):
        tracker = ValueTracker(0)
        tracker.add_updater(lambda t, dt: t.increment_value(dt))
        self.add(tracker)
        self.wait_until(lambda: tracker.get_value() > 0.9, max_time=10)
""")
        self.assertEqual(output.event("step")["frames"], None)
        self.assertEqual(output.event("counted")["frames"], output.shown)
        self.assertEqual(output.event("counted")["framesOfEach"], [output.shown])
        self.assertLess(output.shown, 10)

    def test_a_script_that_plays_more_than_it_counted_is_drawn_with_a_warning(self):
        output = paint("""
from pathlib import Path
class More(Scene):
    def construct(self):
        self.wait(0.4)
        if Path("seen").exists():
            self.wait(1)
        Path("seen").touch()
""")
        self.assertEqual((output.event("counted")["frames"], output.event("done")["frames"]), (2, 7))
        self.assertEqual(output.event("warning")["code"], "COUNT_DIFFERS")

    def test_a_scene_without_animations_is_held_for_a_second(self):
        output = paint("class Still(Scene):\n  def construct(self):\n    self.add(Square())")
        self.assertEqual(output.order, ["hello", "scenes", "counted", "picture", "warning", "FRAM", "done"])
        self.assertEqual((output.event("counted")["frames"], output.shown), (5, 5))

    def test_skipped_sections_have_no_frames(self):
        output = paint("""
class Sections(Scene):
    def construct(self):
        self.next_section(skip_animations=True)
        self.play(Create(Square()))
        self.next_section()
        self.wait(0.4)
""")
        self.assertEqual((output.event("counted")["frames"], output.shown), (2, 2))
        self.assertEqual(output.event("counted")["animations"], 2)


class ThePicture(unittest.TestCase):
    def test_the_shorter_side_is_eight_units_long(self):
        source = """
class Frame(Scene):
    def construct(self):
        print(config.frame_width, config.frame_height)
        self.add(Rectangle(width=4, height=4, fill_opacity=1, stroke_width=0))
        self.wait(0.2)
"""
        for width, height in [(64, 36), (36, 64), (36, 36)]:
            output = paint(source, width=width, height=height)
            self.assertEqual(
                output.event("picture"), {"type": "picture", "width": width, "height": height, "frameRate": 5}
            )
            # The square is half as wide as the shorter side.
            middle = [output.pixel(0, x, height // 2)[0] > 0 for x in range(width)]
            self.assertEqual(middle.count(True), 18)

    def test_the_job_sets_size_and_rate_whatever_the_script_says(self):
        output = paint("""
from manim import *
config.pixel_width, config.pixel_height, config.frame_rate = 3840, 2160, 60
config.background_color = BLUE
class Blue(Scene):
    def construct(self):
        self.wait(1)
""")
        warning = output.event("warning")
        self.assertEqual(warning["code"], "SETTING_IGNORED")
        self.assertIn("config.pixel_width, config.pixel_height, config.frame_rate", warning["message"])
        self.assertEqual((output.shown, len(output.frames[0][0])), (5, 64 * 36 * 4))
        self.assertEqual(output.pixel(0, 0, 0), (88, 196, 221, 255))

    def test_scenes_in_three_dimensions_keep_their_camera(self):
        output = paint("""
class Solid(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=75 * DEGREES, theta=30 * DEGREES)
        self.add(Cube(3))
        self.begin_ambient_camera_rotation(rate=1)
        self.wait(0.6)
""")
        self.assertEqual((output.shown, len(output.frames)), (3, 3))

    def test_opengl_draws_what_was_counted_with_cairo(self):
        output = paint(
            """
class Both(ThreeDScene):
    def construct(self):
        self.play(Write(Text("ab")), FadeIn(Integer(12)))
        self.set_camera_orientation(phi=1)
        self.wait(0.6)
""",
            renderer="OPENGL",
        )
        # The renderers round waits differently.
        self.assertEqual((output.event("counted")["frames"], output.shown), (8, 8))
        self.assertEqual(output.event("done")["animations"], 2)

    def test_a_scene_for_opengl_only_is_counted_as_well(self):
        output = paint(
            """
from manim.mobject.opengl.opengl_surface import OpenGLSurface
class Waves(Scene):
    def construct(self):
        self.add(OpenGLSurface(lambda u, v: [u, v, 0], u_range=[-1, 1], v_range=[-1, 1], resolution=(4, 4)))
        self.play(self.camera.animate.set_euler_angles(phi=1))
        self.wait(0.4)
""",
            renderer="OPENGL",
        )
        self.assertEqual((output.event("counted")["frames"], output.shown), (7, 7))

    def test_pictures_and_what_a_second_camera_sees_are_drawn(self):
        output = paint("""
import numpy as np
class Zoomed(ZoomedScene):
    def construct(self):
        red = np.zeros((2, 2, 3), dtype=np.uint8)
        red[:, :, 0] = 255
        self.add(ImageMobject(red).set(height=20))
        self.activate_zooming()
        self.wait(1)
""")
        self.assertEqual(output.pixel(0, 20, 20), (255, 0, 0, 255))
        # The display of the second camera is at the top right.
        self.assertEqual(output.pixel(0, 54, 8), (255, 0, 0, 255))

    def test_numbers_of_axes_need_no_tex(self):
        output = paint("""
class Numbers(Scene):
    def construct(self):
        axes = Axes(x_range=[-1, 1], y_range=[-1, 1], axis_config={"include_numbers": True})
        self.add(axes, axes.get_axis_labels("x", "f(x)"), Integer(-7), DecimalNumber(1.5))
        self.wait(0.2)
""")
        self.assertEqual(output.shown, 1)

    def test_formulas_need_no_tex(self):
        output = paint(
            "class Formula(Scene):\n  def construct(self):\n    self.add(MathTypst('x^2'))\n    self.wait(0.2)"
        )
        self.assertGreater(len(set(output.frames[0][0])), 2)


class Audio(unittest.TestCase):
    def test_samples_continue_no_later_than_the_frames_of_their_time(self):
        output = paint("""
import wave
with wave.open("beep.wav", "wb") as file:
    file.setparams((1, 2, 48000, 0, "NONE", ""))
    file.writeframes(b"\\x00\\x10" * 24000)
class Sound(Scene):
    def construct(self):
        self.wait(1)
        self.add_sound("beep.wav", time_offset=-0.5, gain=-6.0206)
        self.wait(1)
""")
        self.assertTrue(output.event("counted")["hasAudio"])
        self.assertEqual(output.order[4:], ["step", "SAMP", "FRAM", "step", "SAMP", "FRAM", "done"])
        self.assertEqual(len(output.samples), 2 * 48000 * 4)
        levels = [
            int.from_bytes(output.samples[4 * at : 4 * at + 2], "little")
            for at in (0, 23000, 25000, 47000, 49000)
        ]
        # The gain halves 4096.
        self.assertEqual(levels, [0, 0, 2048, 2048, 0])


if __name__ == "__main__":
    unittest.main()
