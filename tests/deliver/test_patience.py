"""Those who stop one after another share their time."""

from warpmetrics_otel.deliver.patience import LEAST_SECONDS, Patience


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_one_has_waited_the_next_does_not():
    clock = Clock()
    patience = Patience(clock)
    assert patience.left(5.0) == 5.0
    clock.now = 103.0
    patience.spend(100.0)
    assert patience.left(5.0) == 2.0
    clock.now = 108.0
    patience.spend(103.0)
    assert patience.left(5.0) == LEAST_SECONDS
    assert patience.left(0.1) == 0.1


def test_later_ones_have_their_own():
    clock = Clock()
    patience = Patience(clock)
    patience.spend(95.0)
    clock.now = 111.0
    assert patience.left(5.0) == 5.0
