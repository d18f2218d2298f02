"""The unit circle unrolls into a sine"""

from manim import *

RADIUS = 1.7
CENTER = 4.7 * LEFT
START = 2.2 * LEFT
# Length of an angle of 1 on the axis.
UNIT = 1.35
TICKS = [("pi/2", DOWN), ("pi", UR), ("(3 pi)/2", UP), ("2 pi", UP)]


class UnitCircle(Scene):
    def construct(self):
        circle = Circle(RADIUS, color=GREY_B).move_to(CENTER)
        cross = VGroup(Line(2.1 * LEFT, 2.1 * RIGHT), Line(2.1 * DOWN, 2.1 * UP))
        cross.set_stroke(GREY_D, 2).move_to(CENTER)
        axis = Arrow(START, START + 9.1 * RIGHT, buff=0, color=GREY_D, stroke_width=2, tip_length=0.2)
        ticks = VGroup(*(self.tick(turn * PI / 2, *tick) for turn, tick in enumerate(TICKS, 1)))
        self.play(Create(cross), Create(circle), GrowArrow(axis), FadeIn(ticks))

        angle = ValueTracker(0.001)

        def on_circle():
            return CENTER + RADIUS * (np.cos(angle.get_value()) * RIGHT + np.sin(angle.get_value()) * UP)

        def on_curve():
            return START + UNIT * angle.get_value() * RIGHT + RADIUS * np.sin(angle.get_value()) * UP

        def foot():
            return on_circle() * RIGHT

        pointer = always_redraw(
            lambda: VGroup(
                Arc(0.45, 0, angle.get_value(), arc_center=CENTER, color=YELLOW),
                Line(CENTER, on_circle(), color=BLUE),
                Line(foot(), on_circle(), color=RED, stroke_width=6),
            )
        )
        bridge = always_redraw(lambda: DashedLine(on_circle(), on_curve(), color=GREY, stroke_width=2))
        dots = always_redraw(lambda: VGroup(Dot(on_circle()), Dot(on_curve(), color=RED)))
        curve = TracedPath(on_curve, stroke_color=RED, stroke_width=5)
        self.add(curve, bridge, pointer, dots)
        self.play(angle.animate.set_value(TAU), run_time=6, rate_func=linear)

        name = MathTypst("y = sin(alpha)", color=RED, font_size=60).move_to(START + 4.2 * RIGHT + 2.8 * UP)
        self.play(Write(name), FadeOut(bridge))
        self.wait(2)

    def tick(self, angle, formula, side):
        at = START + UNIT * angle * RIGHT
        label = MathTypst(formula, font_size=34, color=GREY_B).next_to(at, side, buff=0.22)
        return VGroup(Line(at + 0.1 * DOWN, at + 0.1 * UP, color=GREY_B, stroke_width=2), label)
