"""
How each kind of case is computed: a file of its name, whose `computed(inputs)` returns at least the expected keys.

A rule that a case needs and that does not exist fails the case, so each file imports its rules where it uses them.
"""
