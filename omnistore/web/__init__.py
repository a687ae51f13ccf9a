"""
The web processes: requests are taken whole before a thread works on them (docs/decisions/0106).

The server (granian, RSGI) hands each request to the event loop, which reads its body within limits. Few threads run
Django; none of them ever waits for a visitor, neither for a request nor for its answer to be read.
"""
