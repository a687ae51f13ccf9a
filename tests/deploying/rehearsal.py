"""What the steps of the rehearsal share: the servers, the shop, its visitors, and the printing of what was found."""

import time
from contextlib import contextmanager

from prometheus_client.parser import text_string_to_metric_families

from tests.deploying.servers import Failed, Servers
from tests.deploying.shop import METRICS_TOKEN, Shop
from tests.deploying.visitors import App, Browser


class Rehearsal:
    """The layout of docs/deploy.md, and who visits it."""

    def __init__(self, room, exit_stack):
        self.servers = Servers(room, exit_stack)
        self.shop = Shop(self.servers)
        self.staff, self.app = Browser(self.shop), App(self.shop)
        # The page of an order that a mail told of.
        self.link = ""

    def visit(self, path):
        """Open a page as a new visitor."""
        return Browser(self.shop).get(path)

    @contextmanager
    def step(self, name):
        """Print a step's name, the seconds it took, and what was found."""
        began, found = time.monotonic(), []
        try:
            yield found
        except Exception:
            print(f"  failed    {name}", flush=True)
            raise
        print(f"  {time.monotonic() - began:6.1f} s  {name}" + (f": {', '.join(found)}" if found else ""), flush=True)


class Figures(dict):
    """The samples of one scrape, each by its name and labels as Prometheus writes them."""

    def count(self, name, **labels):
        """Return the sum of a counter's samples with these labels."""
        return sum(
            value for (found, pairs), value in self.items() if found == name and labels.items() <= dict(pairs).items()
        )

    def gauge(self, name):
        return self[name, ()]


def scrape(shop):
    """Return what /metrics says on a new connection, which any process of web may take."""
    answer = shop.request("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    need(answer.status_code == 200, f"/metrics gets {answer.status_code}")
    families = list(text_string_to_metric_families(answer.text))
    names = [family.name for family in families]
    need(len(names) == len(set(names)), f"a family is told twice: {names}")
    return Figures(
        {(sample.name, tuple(sample.labels.items())): sample.value for family in families for sample in family.samples}
    )


def need(is_true, found):
    """Raise Failed, with what was found instead."""
    if not is_true:
        raise Failed(str(found)[:2000])
