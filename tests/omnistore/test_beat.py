"""Periodic runs: what is queued, for how long it counts, and that a queue without a worker stays short."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from django.conf import settings

from omnistore.celery import HOUR, TIMETABLE
from omnistore.celery import app as shop
from omnistore.tools.beat import MOST_WAITING, BoundedScheduler


@pytest.fixture(params=["memory", "valkey"])
def app(request):
    """An app with a queue of its own, at the broker of tests and in memory."""
    url = settings.CELERY_BROKER_URL if request.param == "valkey" else "memory://"
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.update(task_default_queue="test-beat", broker_transport_options={"global_keyprefix": "test:"})
    yield app
    app.control.purge()
    app.close()


@pytest.fixture
def beat(db, app):
    return BoundedScheduler(app=app, lazy=True)


def entry(beat, name, seconds, **options):
    return beat.Entry.from_entry(name, app=beat.app, task=name, schedule=timedelta(seconds=seconds), options=options)


def waiting(app):
    with app.connection_for_read() as connection, connection.channel() as channel:
        messages = []
        while (message := channel.basic_get("test-beat", no_ack=True)) is not None:
            messages.append(message)
        return messages


def test_a_queue_that_nobody_empties_stays_short_and_fills_again_once_emptied(beat, app):
    often = entry(beat, "often", 1)
    for _second in range(MOST_WAITING + 30):
        beat.apply_entry(often)

    assert len(waiting(app)) == MOST_WAITING

    beat.apply_entry(often)
    assert len(waiting(app)) == 1


def test_a_daily_task_is_queued_however_long_the_queue_is(beat, app):
    often, daily = entry(beat, "often", 1), entry(beat, "daily", 86400)
    for _second in range(MOST_WAITING):
        beat.apply_entry(often)

    beat.apply_entry(daily)

    assert [message.headers["task"] for message in waiting(app)][-1] == "daily"


def test_a_full_queue_is_reported_once(beat, app, caplog):
    often = entry(beat, "often", 1)
    for _second in range(MOST_WAITING + 5):
        beat.apply_entry(often)

    assert [record.message for record in caplog.records if "no worker" in record.message] == [
        "no worker empties the queue: frequent tasks are left out until one does"
    ]


@pytest.mark.parametrize(("task", "least"), [("core.tasks.dispatch_journal", HOUR), ("orders.tasks.reconcile", 86400)])
def test_a_run_of_the_timetable_ends_by_itself_but_not_for_a_clock_that_is_a_little_ahead(beat, app, task, least):
    described = shop.conf.beat_schedule[task]

    beat.apply_entry(beat.Entry.from_entry(task, app=app, **described))

    (message,) = waiting(app)
    expires = datetime.fromisoformat(message.headers["expires"])
    assert timedelta(seconds=least - 60) < expires - datetime.now(UTC) <= timedelta(seconds=least)


def test_every_run_of_the_timetable_has_an_end(db, beat):
    for name, described in shop.conf.beat_schedule.items():
        assert beat.Entry.from_entry(name, app=beat.app, **described).options["expires"] >= TIMETABLE[name]


def test_a_broker_that_does_not_answer_fills_no_queue(db):
    app = Celery("test", broker="redis://127.0.0.1:9/0", set_as_current=False)

    assert BoundedScheduler(app=app, lazy=True)._waiting() == 0
