"""What is acknowledged survives: the short form of the campaigns."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "campaigns"))
import kill  # noqa: E402


class Durability(unittest.TestCase):
    def test_no_acknowledged_record_is_lost_by_kills(self):
        for seed in (1001, 1002, 1003):
            with self.subTest(seed=seed):
                self.assertEqual(kill.one_run(seed, kills=4)["wrong"], [])


if __name__ == "__main__":
    unittest.main()
