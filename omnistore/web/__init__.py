"""
The web processes: the whole request is read before a thread works on it (docs/decisions/0106).

The server (granian, RSGI) passes each request to the event loop, which reads its body within limits. A few threads run
Django; none of them waits for a client to send a request or to read a response.
"""
