"""A ripple in three dimensions"""

from manim import *


class Ripple(ThreeDScene):
    def construct(self):
        axes = ThreeDAxes(x_range=[-4, 4], y_range=[-4, 4], z_range=[-1, 2], x_length=7, y_length=7, z_length=3)
        axes.set_stroke(GREY_B, 2)

        def height(r):
            return 1.6 * np.cos(1.7 * r) * np.exp(-r / 3)

        surface = Surface(
            lambda u, v: axes.c2p(u, v, height(np.hypot(u, v))),
            u_range=[-3.6, 3.6],
            v_range=[-3.6, 3.6],
            resolution=(18, 18),
            stroke_width=0.5,
        )
        surface.set_fill_by_value(axes=axes, colorscale=[(BLUE_E, -0.8), (TEAL_D, 0.1), (YELLOW_D, 1.2)])
        formula = MathTypst("z = e^(-r \\/ 3) cos(1.7 r)", font_size=48).to_corner(UL)
        self.add_fixed_in_frame_mobjects(formula)

        self.set_camera_orientation(phi=60 * DEGREES, theta=-80 * DEGREES, zoom=1.1)
        self.play(Create(axes), Write(formula))
        self.play(FadeIn(surface))
        self.move_camera(phi=66 * DEGREES, theta=-20 * DEGREES, run_time=3)
        self.wait()
