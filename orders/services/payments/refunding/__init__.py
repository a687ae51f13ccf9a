"""
Money that goes back: asked for, paid out, settled, and the ways on where that failed.

May import registers and the rest of payments.
"""
