# SPDX-License-Identifier: MIT
# rows.py: one line of the table of figures, with or without a bar.


class Row:
    """One line of the table; OK is None where there is no bar."""

    def __init__(self, what, figure, bar="", ok=None):
        self.what, self.figure, self.bar, self.ok = what, figure, bar, ok


def below(what, spread, bar, shape="%.1f", unit=""):
    return Row(what, spread.show(shape, unit), "≤ " + shape % bar + unit, spread.median <= bar)


def above(what, spread, bar, shape="%.2f", unit=""):
    return Row(what, spread.show(shape, unit), "≥ " + shape % bar + unit, spread.median >= bar)
