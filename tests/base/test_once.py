"""What is worked out once for every object."""

import gc

from planlab.base.once import once_each


class Thing:
    def __init__(self, size):
        self.size = size


def test_it_is_worked_out_once_for_every_object_and_forgotten_with_it():
    asked = []
    size = once_each(lambda thing: asked.append(thing.size) or thing.size)
    small, large = Thing(1), Thing(2)
    assert [size(small), size(large), size(small), size(large)] == [1, 2, 1, 2]
    assert asked == [1, 2]
    del small
    gc.collect()
    for _ in range(100):  # some of them where the first one lay
        assert size(Thing(3)) == 3
    assert len(asked) == 102


def test_nothing_is_kept_of_what_raises():
    once = once_each(lambda thing: 1 / thing.size)
    thing = Thing(0)
    for _ in range(2):
        try:
            once(thing)
        except ZeroDivisionError:
            thing.size = 4
    assert once(thing) == 0.25
