"""Background work by each broker: delivered, bounded without a worker, dropped when over, and nobody else's."""

import time
from datetime import UTC, datetime, timedelta

from celery import Celery

from tests.deploying.opening import order
from tests.deploying.rehearsal import need
from tests.deploying.servers import wait

TASK = "core.tasks.dispatch_journal"
# What docs/deploy.md says; omnistore/tools/beat.py cannot be loaded without settings.
MOST_WAITING = 100
# Rare tasks are queued however long the queue is.
MOST_RARE = 30
WATCHED_SECONDS = 10
WRITE = "from django.core.cache import cache; cache.set('rehearsal', 'ours'); print(cache.get('rehearsal'))"
READ = "from django.core.cache import cache; print(cache.get('rehearsal'))"
PING = "from omnistore.celery import app; print(len(app.control.ping(timeout=5)))"


class Queue:
    """The queue of a shop, as a program beside it sees it."""

    def __init__(self, broker, namespace):
        self.app = Celery("rehearsal", broker=broker, set_as_current=False)
        self.name = f"{namespace}-tasks"
        prefix = {"global_keyprefix": f"{namespace}:"} if broker.startswith("redis") else {}
        self.app.conf.update(task_default_queue=self.name, broker_transport_options=prefix)

    def length(self):
        with self.app.connection_for_read() as connection, connection.channel() as channel:
            return channel.queue_declare(self.name, durable=True, auto_delete=False).message_count

    def send(self, **options):
        """Queue a task that does no harm, and return its id."""
        return self.app.send_task(TASK, **options).id

    def empty(self):
        """Take all messages out, and return their headers."""
        with self.app.connection_for_read() as connection, connection.channel() as channel:
            headers = []
            while (message := channel.basic_get(self.name, no_ack=True)) is not None:
                headers.append(message.headers)
            return headers


def queue(rehearsal, broker, email):
    """Background work by one broker. The shop runs."""
    shop = rehearsal.shop
    waiting = Queue(broker, "omnistore")
    name = broker.partition(":")[0]
    with rehearsal.step(f"{name}: work is delivered") as found:
        rehearsal.app.add("MUG")
        found.append(f"the mail about order {order(rehearsal, email)} was sent")
    with rehearsal.step(f"{name}: without a worker the queue stays short") as found:
        shop.stop("worker")
        while waiting.length() < MOST_WAITING - 5:
            waiting.send(expires=3600)
        wait(lambda: waiting.length() >= MOST_WAITING, "beat queues nothing", seconds=90)
        time.sleep(WATCHED_SECONDS)
        length = waiting.length()
        need(length <= MOST_WAITING + MOST_RARE, f"{length} messages wait")
        found.append(f"{length} messages, beat still running for {WATCHED_SECONDS} s")
    with rehearsal.step(f"{name}: every periodic run has an end, and one that is over is dropped") as found:
        shop.stop("beat")
        ends = [headers["expires"] for headers in waiting.empty()]
        least = datetime.now(UTC) + timedelta(minutes=50)
        need(all(end and datetime.fromisoformat(end) > least for end in ends), ends)
        late = waiting.send(expires=datetime.now(UTC) - timedelta(minutes=1))
        if name == "amqp":  # RabbitMQ itself drops what is over; Redis leaves that to the worker.
            need(late not in [headers["id"] for headers in waiting.empty()], "a run that is over was kept")
        shop.start("worker", "beat")
        dropped = f"Discarding revoked task: {TASK}[{late}]"
        wait(lambda: name == "amqp" or dropped in shop.log("worker"), "a run that is over was not dropped", seconds=60)
        found.append(f"{len(ends)} with an end")
    with rehearsal.step(f"{name}: the worker empties it again"):
        wait(lambda: waiting.length() < 5, "the queue stays full", seconds=60)


def keep_apart(rehearsal, broker, other_broker, *, has_cache):
    """Two shops on one broker: what the one queues the other never takes. The first shop's processes are stopped."""
    shop = rehearsal.shop
    other = shop.beside("restored", CELERY_BROKER_URL=other_broker)
    ours, theirs = Queue(broker, "omnistore"), Queue(other_broker, "restored")
    name = broker.partition(":")[0]
    with rehearsal.step(f"{name}: two shops take no tasks of each other") as found:
        ours.empty()
        shop.start("worker", called="other-worker", **other)
        ours.send(expires=3600)
        theirs.send(expires=3600)
        wait(lambda: theirs.length() == 0, "the other shop's worker does nothing")
        need(ours.length() == 1, "the other shop's worker took ours")
        shop.start("worker")
        wait(lambda: ours.length() == 0, "our worker does nothing")
        found.append("each worker did its own")
        answers = [int(shop.ask(PING)), int(shop.ask(PING, **other))]
        need(answers == [1, 1], f"a call to all workers reaches {answers}")
        found.append("a call to all workers reaches the shop's own")
    if has_cache:
        # Both workers of this machine have one name; RabbitMQ gives what is called by a name to one of them only.
        with rehearsal.step("a call to all workers reaches both of two"):
            shop.start("worker", called="second-worker")
            wait(lambda: int(shop.ask(PING)) == 2, "a second worker of the shop is not reached")
            shop.stop("second-worker")
    if has_cache:
        with rehearsal.step("two shops on one Redis have caches of their own") as found:
            need(shop.ask(WRITE) == "ours", "the cache keeps nothing")
            need(shop.ask(READ, **other) == "None", "the other shop reads our cache")
            need(shop.ask(READ) == "ours", "our cache is gone")
            found.append("each with a user of its own, who may touch no other keys")
    shop.stop("other-worker", "worker")


def need_no_refusals(rehearsal):
    """No process was ever refused a command or a key by Redis."""
    with rehearsal.step("no process was refused a key or command of Redis"):
        for path in rehearsal.servers.room.glob("*.log"):
            need("NOPERM" not in path.read_text(errors="replace"), f"{path.name} has a refusal")
