import tempfile
import unittest

import support  # noqa: F401
from manim import MathTypst, Typst, tempconfig
from manim.mobject.text import typst_mobject
from reelay_painter import formulas


def width_of_bar(pixel_width, media):
    with tempconfig({"pixel_width": pixel_width, "frame_width": 128 / 9, "media_dir": media, "verbosity": "ERROR"}):
        return next(part for part in MathTypst("a / b") if part.stroke_width > 0).stroke_width


class Formulas(unittest.TestCase):
    def test_a_fraction_bar_has_the_same_width_at_every_size_and_in_every_run(self):
        self.assertEqual(formulas.WEIGHT, typst_mobject._TYPST_SVG_STROKE_WIDTH_SCALE)
        original = Typst._refresh_svg_stroke_widths
        with tempfile.TemporaryDirectory() as media:
            expected = width_of_bar(1920, media)
            try:
                formulas.keep_widths_of_lines()
                for pixel_width in (1920, 854):
                    self.assertAlmostEqual(width_of_bar(pixel_width, media), expected)
            finally:
                Typst._refresh_svg_stroke_widths = original


if __name__ == "__main__":
    unittest.main()
