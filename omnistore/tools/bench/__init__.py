"""
Measures the shop: a shopper's journey over HTTP, what the shop does behind it, the same work as hand-written SQL, and a
run on one variant; and this tree's shop against another commit's, in turns.

Everything runs in shops of its own, in a temporary directory: real servers, and the processes of production.
"""
