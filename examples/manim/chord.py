"""Three tones and their chord, with audio

Shape: 9:16
"""

import wave

from manim import *

RATE = 48_000
SECONDS = 1.5
# A major chord: frequencies as 4 to 5 to 6.
NOTES = [("C", 264, BLUE), ("E", 330, GREEN), ("G", 396, YELLOW)]


class Chord(Scene):
    def construct(self):
        width = min(config.frame_width - 1.6, 9)
        rows = VGroup(*(self.row(width, *note) for note in NOTES)).arrange(DOWN, buff=0.7)
        total = self.curve(width, [hertz for _, hertz, _ in NOTES], WHITE, 1)
        VGroup(rows, total).arrange(DOWN, buff=1.1)

        for (_, hertz, _), (name, curve) in zip(NOTES, rows):
            self.add_sound(self.tone([hertz]))
            self.play(FadeIn(name, scale=0.5), Create(curve, rate_func=linear), run_time=SECONDS)
        self.add_sound(self.tone([hertz for _, hertz, _ in NOTES]))
        self.play(TransformFromCopy(VGroup(*(curve for _, curve in rows)), total), run_time=SECONDS)
        self.wait()

    def row(self, width, name, hertz, color):
        label = Typst(name, font_size=64, color=color)
        curve = self.curve(width - 1.2, [hertz], color, 0.6)
        return VGroup(label, curve).arrange(RIGHT, buff=0.6)

    def curve(self, width, tones, color, height):
        """A few hundredths of a second, as an oscilloscope shows them."""

        def sample(x):
            time = x / width * 0.0152
            return height * sum(np.sin(TAU * hertz * time) for hertz in tones) / len(tones) ** 0.5

        return FunctionGraph(sample, x_range=[0, width, 0.02], color=color, stroke_width=5)

    def tone(self, tones):
        """The name of a file with the tones, which swell and fade."""
        time = np.arange(int(SECONDS * RATE)) / RATE
        waves = sum(np.sin(TAU * hertz * time) for hertz in tones) / len(NOTES)
        samples = 0.6 * np.minimum(1, 20 * time) * np.minimum(1, 3 * (SECONDS - time)) * waves
        name = "-".join(map(str, tones)) + ".wav"
        with wave.open(name, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((samples * 32_767).astype("<i2").tobytes())
        return name
