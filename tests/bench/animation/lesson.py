from manim import *


class Lesson(Scene):
    """Fifteen seconds with ten animations: text, axes, a graph, a dot along it, squares, and two waits."""

    def construct(self):
        title = Text("The sine of an angle")
        self.play(Write(title))
        self.wait(1)
        self.play(title.animate.to_edge(UP))
        axes = Axes(x_range=[0, 7, 1], y_range=[-1.5, 1.5, 0.5], x_length=10, y_length=4)
        self.play(Create(axes))
        graph = axes.plot(np.sin, color=YELLOW)
        self.play(Create(graph), run_time=2)
        dot = Dot(color=RED)
        self.play(MoveAlongPath(dot, graph), run_time=3)
        squares = VGroup(*[Square(0.4) for _ in range(24)]).arrange_in_grid(4, 6).shift(DOWN * 0.5)
        self.play(FadeOut(axes, graph, dot), FadeIn(squares))
        self.play(squares.animate.set_color(BLUE).rotate(PI / 4), run_time=2)
        self.play(Transform(squares, Circle(2, color=GREEN).shift(DOWN * 0.5)))
        self.wait(2)
