"""
Benchmarks of the shop: a shopper's journey over HTTP, the background work that it causes, the same work as hand-written
SQL, and a flash sale of one variant. Also this tree's shop compared with another commit's in alternating rounds.

Each benchmark runs in a temporary shop with real servers and the processes of production.
"""
