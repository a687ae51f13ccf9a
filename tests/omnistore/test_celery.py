from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule

from omnistore.celery import TIMETABLE, app


def test_every_task_of_the_timetable_exists():
    app.loader.import_default_modules()

    assert set(TIMETABLE) - set(app.tasks) == set()


def test_every_periodic_task_is_in_the_timetable():
    written = {
        f"{config.name}.tasks"
        for config in apps.get_app_configs()
        if module_has_submodule(config.module, "tasks") and config.name.split(".")[0] in OURS
    }
    for name in written:
        import_module(name)

    assert {name for name in app.tasks if name.rpartition(".")[0] in written} == set(TIMETABLE)


def test_a_call_to_all_workers_reaches_no_other_shop_on_the_broker():
    assert app.control.mailbox.exchange.name == f"{settings.NAMESPACE}.pidbox"
    assert app.control.mailbox.reply_exchange.name == f"reply.{settings.NAMESPACE}.pidbox"


OURS = {"core", "accounts", "inventory", "carts", "orders", "omnistore"}
