r"""Why people say what they say: a file a reward, with its formula and source.

A reward is reckoned from an `Account` of the period; :math:`y` and :math:`\hat y` are achieved and planned output over
a process's norm, as `planlab.pay.account` has it.
"""
