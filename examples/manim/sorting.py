"""Insertion sort: each bar finds its place among those on its left"""

from random import sample

from manim import *

COUNT = 9


class InsertionSort(Scene):
    def construct(self):
        title = Typst("Insertion sort", font_size=56).to_edge(UP, buff=0.6)
        bars = [self.bar(value) for value in sample(range(1, COUNT + 1), COUNT)]
        row = VGroup(*bars).arrange(RIGHT, buff=0.25, aligned_edge=DOWN).to_edge(DOWN, buff=0.9)
        places = [bar.get_x() for bar in bars]
        self.play(Write(title), LaggedStart(*(GrowFromEdge(bar, DOWN) for bar in row), lag_ratio=0.1))

        self.play(self.paint(bars[0], GREEN), run_time=0.4)
        for end in range(1, COUNT):
            bar, place = bars[end], end
            bar.set_z_index(end)
            self.play(self.paint(bar, YELLOW), run_time=0.3)
            while place > 0 and bars[place - 1].value > bar.value:
                bars[place] = bars[place - 1]
                place -= 1
            bars[place] = bar
            if place < end:
                self.play(
                    bar.animate(path_arc=-PI / 3).set_x(places[place]),
                    *(bars[each].animate.set_x(places[each]) for each in range(place + 1, end + 1)),
                    run_time=0.7,
                )
            self.play(self.paint(bar, GREEN), run_time=0.3)

        self.play(LaggedStart(*(Indicate(bar, 1.06, WHITE) for bar in bars), lag_ratio=0.08))
        self.wait()

    def bar(self, value):
        shape = Rectangle(width=0.85, height=0.55 * value, stroke_width=0).set_fill(BLUE, opacity=1)
        number = Integer(value, font_size=40, color=BLACK).move_to(shape.get_bottom() + 0.27 * UP)
        bar = VGroup(shape, number)
        bar.value = value
        return bar

    def paint(self, bar, color):
        return bar[0].animate.set_fill(color)
