"""Completing the square, step by step"""

from manim import *

P, Q, HALF = "{{ p : p }}", "{{ q : q }}", "{{ p / 2 : half }}"
STEPS = [
    ("A quadratic equation", f"x^2 + {P} x + {Q} = 0"),
    ("Move the constant", f"x^2 + {P} x = -{Q}"),
    ("Add the missing square", f"x^2 + {P} x + ({HALF})^2 = ({HALF})^2 - {Q}"),
    ("Write the left side as a square", f"(x + {HALF})^2 = ({HALF})^2 - {Q}"),
    ("Take the root", f"x + {HALF} = plus.minus sqrt(({HALF})^2 - {Q})"),
    ("Solve for x", f"x = -{HALF} plus.minus sqrt(({HALF})^2 - {Q})"),
]
COLORS = {"p": BLUE, "q": GREEN, "half": YELLOW}


class CompleteTheSquare(Scene):
    def construct(self):
        caption, formula = self.step(*STEPS[0])
        self.play(FadeIn(caption, shift=0.8 * UP), Write(formula))
        self.wait()
        for step in STEPS[1:]:
            next_caption, next_formula = self.step(*step)
            self.play(
                FadeOut(caption, shift=0.8 * UP),
                FadeIn(next_caption, shift=0.8 * UP),
                TransformMatchingShapes(formula, next_formula),
                run_time=1.5,
            )
            self.wait()
            caption, formula = next_caption, next_formula
        self.play(Create(SurroundingRectangle(formula, color=YELLOW, buff=0.4, corner_radius=0.15)))
        self.wait(2)

    def step(self, text, expression):
        caption = Typst(text, font_size=44, color=GREY_B).move_to(2 * UP)
        formula = MathTypst(expression, font_size=76)
        for name, color in COLORS.items():
            if f": {name} }}}}" in expression:
                formula.select(name).set_color(color)
        return caption, formula
