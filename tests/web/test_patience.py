"""Clients that send slowly, read slowly or only hold a connection occupy no thread."""

import socket
import threading

HALF_SENT = b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{"a":'
THREADS = 2


def test_half_sent_bodies_take_no_thread(served):
    held = [served.open(sending=HALF_SENT) for _ in range(THREADS * 10)]

    assert served.ask("/").status == 200

    for wire in held:
        wire.close()


def test_half_sent_large_bodies_take_no_thread(served):
    large = HALF_SENT.replace(b"900", b"900000") + b"x" * 100_000
    held = [served.open(sending=large) for _ in range(THREADS * 10)]

    assert served.ask("/").status == 200

    for wire in held:
        wire.close()


def test_a_half_sent_body_is_answered_once_its_rest_arrives(served):
    wire = served.open(sending=HALF_SENT.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n"))
    assert served.ask("/").status == 200

    wire.sendall(b"1" * 894 + b"}")
    with wire, wire.makefile("rb") as answer:
        assert answer.read().startswith(b"HTTP/1.1 200 ")


def take_slowly(served, address):
    wire = socket.socket()
    # The buffers are so small that the server has to wait for the client.
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(("127.0.0.1", served.port))
    wire.sendall(f"GET {address} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert wire.recv(8) == b"HTTP/1.1"
    return wire


def test_slow_readers_of_large_responses_take_no_thread(served):
    held = [take_slowly(served, "/stream?parts=6000") for _ in range(THREADS * 3)]

    assert served.ask("/").status == 200

    for wire in held:
        wire.close()


def test_the_unread_rest_of_a_response_is_not_kept_in_memory(served):
    before = served.memory_bytes()

    held = [take_slowly(served, "/stream?parts=30000") for _ in range(4)]

    assert served.ask("/").status == 200
    assert served.memory_bytes() - before < 30_000_000
    with held.pop() as wire, wire.makefile("rb") as answer:
        assert len(answer.read()) > 30_000_000
    for wire in held:
        wire.close()


def test_probes_are_answered_while_every_thread_is_at_work(served):
    callers = [threading.Thread(target=served.ask, args=["/work?seconds=0.7"]) for _ in range(THREADS * 2)]
    for caller in callers:
        caller.start()

    assert [served.ask("/livez").text for _ in range(20)] == [b"ok\n"] * 20
    assert any(caller.is_alive() for caller in callers)

    for caller in callers:
        caller.join()
    # Never more at a time than threads, because each thread has a database connection.
    assert served.ask("/work").text == str(THREADS).encode()


def test_connections_that_send_no_whole_header_are_closed(served):
    for begun in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
        with served.open(sending=begun) as wire:
            while wire.recv(4096):
                pass  # The response to the complete request; then the server closes the connection.


def test_a_client_that_disconnects_early_leaves_nothing_behind(served):
    for sent in (HALF_SENT, HALF_SENT.replace(b"900", b"900000")):
        served.open(sending=sent).close()
    served.open(sending=b"GET /stream?parts=6000 HTTP/1.1\r\nHost: a\r\n\r\n").close()

    assert served.ask("/").status == 200
