from __future__ import annotations

import unittest

import numpy as np
import support  # noqa: F401
from reelay_painter.changes import Rectangle, find_change


class Changes(unittest.TestCase):
    def setUp(self):
        self.before = np.random.default_rng(1).integers(0, 255, (36, 64, 4), np.uint8)

    def test_equal_frames_have_no_change(self):
        self.assertIsNone(find_change(self.before, self.before.copy()))

    def test_the_rectangle_is_the_smallest_one(self):
        for rectangle in [
            Rectangle(0, 0, 1, 1),
            Rectangle(63, 35, 1, 1),
            Rectangle(5, 7, 20, 1),
            Rectangle(0, 0, 64, 36),
        ]:
            after = self.before.copy()
            # One channel of two opposite corners.
            after[rectangle.y, rectangle.x, 3] += 1
            bottom, right = rectangle.y + rectangle.height - 1, rectangle.x + rectangle.width - 1
            after[bottom, right, 0] ^= 1
            self.assertEqual(find_change(self.before, after), rectangle)


if __name__ == "__main__":
    unittest.main()
