import unittest

import make_fixtures
from support import Output


class RecordedStreams(unittest.TestCase):
    def test_the_painter_still_writes_what_was_recorded(self):
        """Pixels may differ a little, since Cairo's versions round edges differently."""
        for name, output in make_fixtures.record().items():
            recorded = Output.parse(make_fixtures.FIXTURES.joinpath(f"{name}.bin").read_bytes())
            with self.subTest(name):
                self.assertEqual(output.order, recorded.order)
                self.assertEqual(output.events, recorded.events)
                self.assertEqual(output.samples, recorded.samples)
                self.assertEqual(
                    [(len(pixels), repeat) for pixels, repeat in output.frames],
                    [(len(pixels), repeat) for pixels, repeat in recorded.frames],
                )
                for (now, _), (then, _) in zip(output.frames, recorded.frames):
                    self.assertLessEqual(sum(abs(a - b) for a, b in zip(now, then)) / len(now), 1)


if __name__ == "__main__":
    unittest.main()
