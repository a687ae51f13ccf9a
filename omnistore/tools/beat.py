"""The scheduler of periodic tasks, which does not fill a queue that no worker empties."""

import logging
from typing import Any

from amqp.exceptions import ChannelError
from django_celery_beat.schedulers import DatabaseScheduler

# More runs than there are tasks: what waits covers all that has to be done, however long nobody has worked.
MOST_WAITING = 100
# Rarer tasks are queued all the same: a daily one would otherwise be left out for a day, and they cannot fill a queue.
FREQUENT_SECONDS = 60

logger = logging.getLogger(__name__)


class BoundedScheduler(DatabaseScheduler):
    """Leaves out runs of frequent tasks while the queue is long: the next one does their work."""

    _is_full = False

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Queue a task that is due, unless it runs often and no worker keeps up."""
        if entry.schedule.run_every.total_seconds() > FREQUENT_SECONDS or not self._queue_is_full():
            super().apply_entry(entry, producer)

    def _queue_is_full(self) -> bool:
        is_full = self._waiting() >= MOST_WAITING
        if is_full and not self._is_full:
            logger.error("no worker empties the queue: frequent tasks are left out until one does")
        self._is_full = is_full
        return is_full

    def _waiting(self) -> int:
        queue = self.app.amqp.queues[self.app.conf.task_default_queue]
        # Declared as workers declare it, not asked for passively: kombu 5.6 then looks for the queue without the prefix
        # of its keys, and finds none.
        try:
            with self.connection.channel() as channel:
                declared = channel.queue_declare(
                    queue.name, durable=queue.durable, auto_delete=queue.auto_delete, arguments=queue.queue_arguments
                )
                return int(declared.message_count)
        except (ChannelError, *self.connection.recoverable_connection_errors):
            # Queueing fails for the same reason, and reports it.
            return 0
