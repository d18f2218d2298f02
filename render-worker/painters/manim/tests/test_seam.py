"""The private parts of Manim that the painter replaces. Fails when a new version of Manim has moved one."""

import inspect
import unittest
from importlib import metadata
from pathlib import Path

import support  # noqa: F401
import svgelements
from manim import RIGHT, Manager, Scene, Text
from manim.renderer.cairo_renderer import CairoRenderer
from manim.renderer.opengl_renderer import OpenGLRenderer
from manim.scene.scene_file_writer import SceneFileWriter
from manim.utils import tex_file_writing
from reelay_painter.seam import FrameWriter, SoundManager, share_outlines


def methods_of(cls):
    return {name: inspect.signature(each) for name, each in vars(cls).items() if inspect.isfunction(each)}


class TheSeam(unittest.TestCase):
    def test_the_version_is_the_one_that_is_required(self):
        required = Path(support.PAINTER, "requirements.in").read_text()
        self.assertIn(f"manim[typst]=={metadata.version('manim')}\n", required)

    def test_every_replaced_method_exists_and_accepts_what_manim_passes(self):
        for ours, theirs in [(FrameWriter, SceneFileWriter), (SoundManager, Manager)]:
            replaced = methods_of(theirs)
            for name, signature in methods_of(ours).items():
                self.assertIn(name, replaced)
                accepts_all = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
                missing = set(replaced[name].parameters) - set(signature.parameters)
                self.assertTrue(accepts_all or not missing, f"{theirs.__name__}.{name}: {missing}")

    def test_the_writer_has_no_further_method_that_writes(self):
        # Each was read: it only plans names, or is called by a replaced method alone.
        known = {
            *{"__init__", "finish_last_section", "next_section", "init_audio", "create_audio_segment"},
            *{"add_audio_segment", "add_sound", "output_image", "_create_segment_encoder"},
            *{
                "open_partial_movie_stream",
                "_join_job",
                "_join_job_and_drain_on_failure",
                "join_all_encode_jobs",
            },
            *{"close_partial_movie_stream", "_write_concat_manifest", "combine_files", "combine_to_movie"},
            *{"combine_to_section_videos", "write_subcaption_file", "print_file_ready_message"},
        }
        self.assertEqual(set(methods_of(SceneFileWriter)) - set(methods_of(FrameWriter)), known)

    def test_a_failure_of_tex_is_reported_before_manim_raises_its_own_error(self):
        compiles = inspect.getsource(tex_file_writing.compile_tex)
        report = compiles.index("print_all_tex_errors(log_file, compiler, tex_file)")
        self.assertLess(report, compiles.index("raise ValueError("))

    def test_copies_of_a_letter_share_the_outline_that_manim_keeps(self):
        share_outlines()
        letter = Text("R")[0]
        copied = letter.copy()
        self.assertIsInstance(letter.path_obj, svgelements.Path)
        self.assertIs(copied.path_obj, letter.path_obj)
        copied.shift(RIGHT)
        self.assertFalse((copied.points == letter.points).all())

    def test_renderers_use_what_is_attached_to_them(self):
        for renderer in (CairoRenderer, OpenGLRenderer):
            play = inspect.getsource(renderer)
            for call in (
                "file_writer.begin_animation(",
                "scene.begin_animations()",
                "file_writer.end_animation(",
            ):
                self.assertIn(call, play, renderer.__name__)
            self.assertIn("_original_skipping_status", inspect.getsource(renderer.__init__))
        self.assertIn("self.renderer.render(", inspect.getsource(Scene.play_internal))
        self.assertIn("self.file_writer.abort_encode_jobs()", inspect.getsource(Manager.render))


if __name__ == "__main__":
    unittest.main()
