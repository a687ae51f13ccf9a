"""
What kinds of rewards and conditions have in common: their base classes, declared fields, parsing, and finding.

`rewards` and `conditions` import it; it knows no kind.
"""
