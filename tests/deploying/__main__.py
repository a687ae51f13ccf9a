"""
Set up the layout of docs/deploy.md on this machine, from Debian's packages, and walk through it.

Every step prints what it found; the first that fails ends the rehearsal with exit status 1. Everything lies in a
directory of its own, listens on ports of its own on 127.0.0.1, and is gone afterwards; with KEEP=1 its logs stay.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import requests

from tests.deploying.keeping import change_keys, restore
from tests.deploying.opening import open_doors, prepare, refuse, sell
from tests.deploying.queueing import keep_apart, need_no_refusals, queue
from tests.deploying.rehearsal import Rehearsal
from tests.deploying.servers import Failed, find_missing, run
from tests.deploying.watching import watch


def rehearse(rehearsal):
    """Walk through everything, in the order of docs/deploy.md."""
    servers, shop = rehearsal.servers, rehearsal.shop
    for name in ("postgres", "pooler", "redis", "mail", "proxy"):
        with rehearsal.step(f"start {name}"):
            getattr(servers, f"start_{name}")()
    refuse(rehearsal)
    prepare(rehearsal)
    open_doors(rehearsal)
    sell(rehearsal)
    watch(rehearsal)
    change_keys(rehearsal)
    queue(rehearsal, servers.redis_url("omnistore"), "cleo@example.com")
    restore(rehearsal)
    keep_apart(rehearsal, servers.redis_url("omnistore"), servers.redis_url("restored"), has_cache=True)
    need_no_refusals(rehearsal)
    with rehearsal.step("start rabbitmq, and the shop with it as its broker"):
        broker = servers.start_rabbitmq()
        shop.put("CELERY_BROKER_URL", broker)
        shop.start()
    queue(rehearsal, broker, "dora@example.com")
    shop.stop()
    keep_apart(rehearsal, broker, broker, has_cache=False)


def main():
    if missing := find_missing():
        print(f"The rehearsal needs Debian's packages {', '.join(missing)}: apt-get install {' '.join(missing)}")
        return 1
    keep = os.environ.get("KEEP")
    with ExitStack() as exit_stack:
        room = Path(tempfile.mkdtemp(prefix="omnistore-deploy-"))
        if not keep:
            exit_stack.callback(run, ["rm", "-rf", str(room)])
        print(f"Rehearsing docs/deploy.md in {room}", flush=True)
        try:
            rehearse(Rehearsal(room, exit_stack))
        except (Failed, requests.RequestException, subprocess.SubprocessError, OSError, KeyError) as error:
            print(f"The layout of docs/deploy.md does not work: {type(error).__name__}: {error}")
            return 1
    print("The layout of docs/deploy.md works.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
