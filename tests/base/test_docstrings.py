"""What a docstring says at its head."""

import re

import planlab as pl
from planlab.base.docstrings import head_of, plain_head_of


def told():
    """Return `x` over
    two lines :cite:`saros:14`.

    And more.
    """


def test_the_first_paragraph_stands_on_one_line_with_or_without_markup():
    assert head_of(told) == "Return `x` over two lines :cite:`saros:14`."
    assert plain_head_of(told) == "Return x over two lines."
    assert head_of(lambda: None) == plain_head_of(lambda: None) == ""


def test_no_part_that_comes_with_planlab_is_told_with_markup():
    for kind in (pl.Mechanism, pl.Reward, pl.Law, pl.Behaviour, pl.Channel):
        for part in pl.base.registry.kinds(kind).values():
            assert not re.search(r"`|:\w+:", plain_head_of(part))
