"""
Measures the shop: the journey of a shopper over HTTP, the same work as hand-written SQL, and a run on one variant.

Everything runs in a shop of its own, in a temporary directory: real servers, the web processes of production, and
nothing else.
"""
