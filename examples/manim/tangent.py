"""A tangent travels along a curve and draws its slope"""

from manim import *


def f(x):
    return x**3 / 6 - x


def slope(x):
    return x**2 / 2 - 1


class Tangent(Scene):
    def construct(self):
        axes = Axes(x_range=[-3.5, 3.5], y_range=[-2.6, 3.5], x_length=11.5, y_length=6.6, tips=False)
        axes.set_color(GREY_B)
        curve = axes.plot(f, x_range=[-3.2, 3.2], color=BLUE)
        name = MathTypst("f(x) = x^3 / 6 - x", color=BLUE).move_to(axes.c2p(-1.35, 2.6))
        self.play(Create(axes), run_time=1)
        self.play(Create(curve), Write(name))

        x = ValueTracker(-2.9)

        def point_of(function):
            return axes.c2p(x.get_value(), function(x.get_value()))

        def tangent():
            at, rise = x.get_value(), slope(x.get_value())
            reach = 1.1 / (1 + rise**2) ** 0.5
            ends = [axes.c2p(at + each, f(at) + each * rise) for each in (-reach, reach)]
            return Line(*ends, color=YELLOW, stroke_width=6)

        line = always_redraw(tangent)
        dots = always_redraw(
            lambda: VGroup(Dot(point_of(f), color=YELLOW), Dot(point_of(slope), color=RED))
        )
        drop = always_redraw(
            lambda: DashedLine(point_of(f), point_of(slope), color=GREY, stroke_width=2)
        )
        trace = TracedPath(lambda: point_of(slope), stroke_color=RED, stroke_width=4)
        self.play(FadeIn(line, drop, dots))
        self.add(trace)
        self.play(x.animate.set_value(2.9), run_time=6, rate_func=linear)

        derivative = MathTypst("f'(x) = x^2 / 2 - 1", color=RED).move_to(axes.c2p(1.3, 2.6))
        self.play(Write(derivative), FadeOut(line, drop, dots))
        self.wait(2)
