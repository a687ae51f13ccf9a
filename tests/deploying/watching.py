"""What an operator watches: metrics, killed processes, connections, and who may see what."""

import itertools
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import requests

from tests.deploying.rehearsal import need, scrape
from tests.deploying.servers import wait

SCRAPES = 12
LAG = "omnistore_journal_lag_seconds"
DEAD = "omnistore_dead_letters"
# For longer than the seconds in which granian takes a killed worker for one that cannot start.
KILLING_SECONDS = 30
# What docs/deploy.md says about connections, with the defaults.
MOST_CONNECTIONS = {"web": 8, "live": 1, "worker": 3, "beat": 1}
DEAD_LETTER = """
INSERT INTO core_faileddelivery (handler, entry_id, entry_occurred_at, attempts, error, failed_at)
VALUES ('rehearsal', 1, now(), 10, '', now())
"""


def watch(rehearsal):
    """Metrics that are true after restarts, a web that stays, and connections as they are reckoned."""
    shop = rehearsal.shop
    with rehearsal.step("metrics, asked by address") as found:
        need(shop.request("/metrics").status_code == 401, "open without the token")
        found.append(f"journal {scrape(shop).gauge(LAG):.0f} s behind")
    with rehearsal.step("gauges after killed web processes") as found:
        found.extend(_gauges(rehearsal))
    with rehearsal.step("counters after killed and restarted web processes") as found:
        found.extend(_counters(rehearsal))
    with rehearsal.step(f"kill web processes as they come, for {KILLING_SECONDS} s") as found:
        found.extend(_kill_web_processes(rehearsal))
    with rehearsal.step("connections of a busy shop") as found:
        found.extend(_connections(rehearsal))


def _gauges(rehearsal):
    """Stop the worker, let the journal fall behind, kill web's processes, and start the worker again."""
    shop, servers = rehearsal.shop, rehearsal.servers
    with servers.connect("omnistore") as connection:
        connection.execute(DEAD_LETTER)
        shop.stop("worker")
        rehearsal.app.order("ben@example.com")
        wait(lambda: scrape(shop).gauge(LAG) > 3, "the lag is not told")
        for victim in web_processes(shop):
            victim.kill()
        wait(lambda: shop.says("/livez", "ok"), "web does not come back")
        late = [scrape(shop) for _time in range(SCRAPES)]
        need(late == sorted(late, key=lambda figures: figures.gauge(LAG)), "the lag of another time is told")
        need({figures.gauge(DEAD) for figures in late} == {1}, "the dead letter is not told")

        connection.execute("DELETE FROM core_faileddelivery")
        shop.start("worker")
        wait(lambda: scrape(shop).gauge(LAG) < 2, "the worker does not catch up")
    well = [scrape(shop) for _time in range(SCRAPES)]
    need({figures.gauge(DEAD) for figures in well} == {0}, "a dead letter is told that is gone")
    worst = max(figures.gauge(LAG) for figures in well)
    need(worst < 2, f"a lag of {worst} s is told that is over")
    return [f"behind by {late[-1].gauge(LAG):.0f} s without a worker, then by {worst:.0f} s, in {SCRAPES} scrapes each"]


def _counters(rehearsal):
    shop = rehearsal.shop

    def told():
        return scrape(shop).count("omnistore_requests_total", route="")

    before = told()
    for _time in range(20):
        need(rehearsal.visit("/").status_code == 200, "web does not answer")
    need(told() == before + 20, f"{told() - before} of 20 requests are counted")
    for victim in web_processes(shop):
        victim.kill()
    wait(lambda: shop.says("/livez", "ok"), "web does not come back")
    need(told() == before + 20, "what killed processes counted is lost")
    shop.stop("web")
    shop.start("web")
    need(told() == before + 20, "what stopped processes counted is lost")
    return [f"{told():.0f} pages, none lost and none twice"]


def _kill_web_processes(rehearsal):
    shop = rehearsal.shop
    parent, answers, is_over = shop.processes["web"], [], threading.Event()

    def visit():
        while not is_over.is_set():
            began = time.monotonic()
            try:
                is_served = rehearsal.staff.get("/").status_code == 200
            except requests.RequestException:
                is_served = False
            answers.append((began, is_served))

    visitor = threading.Thread(target=visit)
    visitor.start()
    began, killed = time.monotonic(), 0
    while time.monotonic() - began < KILLING_SECONDS:
        wait(lambda: len(web_processes(shop)) == 2, "a killed process is not replaced")
        os.kill(max(web_processes(shop), key=psutil.Process.create_time).pid, signal.SIGKILL)
        killed += 1
        time.sleep(1.0)
    is_over.set()
    visitor.join()
    need(parent.poll() is None, "web has ended")
    wait(lambda: shop.says("/readyz", '"ready"'), "web is not ready again")
    served = [at for at, is_served in answers if is_served]
    gap = max(later - earlier for earlier, later in itertools.pairwise(served))
    return [
        f"{killed} killed, the parent stayed",
        f"{len(served)} of {len(answers)} pages were served, at most {gap:.1f} s apart",
    ]


def _connections(rehearsal):
    """Keep every thread of web busy, then count the connections of each process to PostgreSQL and to the pooler."""
    shop, ports = rehearsal.shop, rehearsal.servers.ports
    with ThreadPoolExecutor(40) as visitors:
        list(visitors.map(lambda word: rehearsal.visit(f"/search/?q=word{word}"), range(160)))
    found = {}
    for name, process in shop.processes.items():
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        ends = [end for member in family for end in member.net_connections("tcp") if end.raddr]
        found[name] = sum(end.raddr.port in (ports["postgres"], ports["pool"]) for end in ends)
        need(found[name] <= MOST_CONNECTIONS[name], f"{name} has {found[name]}")
    with rehearsal.servers.connect("omnistore", "postgres") as connection:
        whole = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'omnistore'").fetchone()[0]
    return [*(f"{name} {count}" for name, count in found.items()), f"PostgreSQL has {whole} of them"]


def web_processes(shop):
    """Return web's workers: the children of the process that was started."""
    return psutil.Process(shop.processes["web"].pid).children()
