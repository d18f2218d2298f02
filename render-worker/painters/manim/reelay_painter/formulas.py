"""Lines of formulas, such as fraction bars, as wide as Manim draws them at 1080p.

Manim 0.22 derives their width from the size of the video, although strokes scale with it already: bars vanish
at 480p and are bold at 2160p. It also forgets the width of a formula that it has drawn before, and the second
run of a script repeats every formula of the first.
"""

from __future__ import annotations

from manim import Typst

# Of Manim's own settings: 1920 pixels for 14 2/9 units.
PIXELS_PER_UNIT = 135
# `_TYPST_SVG_STROKE_WIDTH_SCALE`
WEIGHT = 0.5


def keep_widths_of_lines() -> None:
    Typst._refresh_svg_stroke_widths = set_widths


def set_widths(formula: Typst) -> None:
    if not formula._preserve_svg_stroke_widths:
        return
    for line in formula.family_members_with_points():
        width = getattr(line, "_typst_source_stroke_width", None)
        if width is not None:
            scale = max(line.width, line.height) / line._typst_reference_size
            line.set_stroke(width=width * scale * PIXELS_PER_UNIT * WEIGHT, family=False)
