"""Pythagoras: four triangles leave the same area twice"""

from manim import *

A, B = 1.5, 2.5
SIDE = A + B


class Pythagoras(Scene):
    def construct(self):
        left = self.frame().move_to(3.4 * LEFT + 0.5 * UP)
        triangles = self.triangles(left)
        slanted = Polygon(*(triangle.get_vertices()[1] for triangle in triangles), stroke_width=0)
        slanted.set_fill(YELLOW, opacity=0.25)
        c2 = MathTypst("c^2", color=YELLOW).move_to(left)
        self.play(Create(left))
        self.play(LaggedStart(*(FadeIn(each, scale=0.6) for each in triangles), lag_ratio=0.25))
        self.play(FadeIn(slanted), Write(c2))
        self.wait()

        right = left.copy()
        moving = triangles.copy()
        self.play(*(each.animate.shift(6.8 * RIGHT) for each in (right, *moving)))
        corner = right.get_corner(DL)
        self.play(moving[0].animate.shift(A * UP))
        self.play(moving[2].animate.shift(B * LEFT))
        self.play(moving[3].animate.shift(A * RIGHT + B * DOWN))

        a2 = Square(A, stroke_width=0).set_fill(BLUE, 0.35).move_to(corner, aligned_edge=DL)
        b2 = Square(B, stroke_width=0).set_fill(GREEN, 0.35).move_to(right.get_corner(UR), aligned_edge=UR)
        names = VGroup(
            MathTypst("a^2", color=BLUE).move_to(a2),
            MathTypst("b^2", color=GREEN).move_to(b2),
        )
        self.play(FadeIn(a2, b2), Write(names))

        theorem = MathTypst("{{ a^2 }} + {{ b^2 }} = {{ c^2 }}", font_size=64).to_edge(DOWN, buff=0.7)
        for part, color in enumerate((BLUE, GREEN, YELLOW)):
            theorem.select(part).set_color(color)
        self.play(Write(theorem))
        self.wait(2)

    def frame(self):
        return Square(SIDE, color=GREY_B)

    def triangles(self, frame):
        """A right triangle in each corner. Its vertices: right angle, and the ends of its legs."""
        origin = frame.get_corner(DL)

        def place(*points):
            vertices = [origin + x * RIGHT + y * UP for x, y in points]
            return Polygon(*vertices, color=WHITE, stroke_width=2).set_fill(GREY_D, opacity=1)

        return VGroup(
            place((0, 0), (A, 0), (0, B)),
            place((SIDE, 0), (SIDE, A), (A, 0)),
            place((SIDE, SIDE), (B, SIDE), (SIDE, A)),
            place((0, SIDE), (0, B), (B, SIDE)),
        )
