"""
Set up the layout of docs/deploy.md on this machine, from Debian's packages, and walk through it.

Every step prints what it found; the first that fails ends the rehearsal with exit status 1. Everything lies in a
directory of its own, listens on ports of its own on 127.0.0.1, and is gone afterwards.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from prometheus_client.parser import text_string_to_metric_families

from omnistore.tools.servers.postgres import binaries
from tests.deploying.servers import PASSWORD, Failed, Servers, find_missing, run, wait
from tests.deploying.shop import METRICS_TOKEN, Shop
from tests.deploying.visitors import STAFF, App, Browser

PRODUCTS = "sku,name_en,price,currency\nMUG,Mug,12.90,EUR\nCUP,Cup,9.90,EUR\n"
STORES = (
    "code,kind,name_en,street_address,city,country_code,latitude,longitude,time_zone,services\n"
    "berlin,store,Berlin,Rosenthaler Str. 1,Berlin,DE,52.52,13.4,Europe/Berlin,pickup ship returns\n"
)
STOCK = "sku,location,on_hand\nMUG,berlin,50\nCUP,berlin,50\n"
ISSUE = (
    "from accounts.services.balances.gift_cards import issue_gift_card; from core.actors import THE_SYSTEM; "
    "from django.utils import timezone; "
    "print(issue_gift_card(amount=2500, currency='EUR', issued_for='rehearsal', by=THE_SYSTEM, now=timezone.now()))"
)
SHOW = (
    "from accounts.services.balances.gift_cards import show_gift_card_code, look_up_gift_card; "
    "from django.utils import timezone; now = timezone.now(); code = show_gift_card_code(card_id={card}, now=now); "
    "print(look_up_gift_card(code=code, client_key='rehearsal', currency='EUR', now=now).free)"
)


class Rehearsal:
    """The steps, in the order of docs/deploy.md."""

    def __init__(self, room, exit_stack):
        self.servers = Servers(room, exit_stack)
        self.shop = Shop(self.servers)
        self.staff, self.app = Browser(self.shop), App(self.shop)

    @contextmanager
    def step(self, name):
        began, found = time.monotonic(), []
        try:
            yield found
        except Exception:
            print(f"  failed    {name}", flush=True)
            raise
        print(f"  {time.monotonic() - began:6.1f} s  {name}" + (f": {', '.join(found)}" if found else ""), flush=True)

    def run(self):
        self.set_up()
        self.prepare()
        self.open()
        self.sell()
        self.watch()
        self.change_keys()
        self.restore()

    def set_up(self):
        for name in ("postgres", "pooler", "redis", "mail", "proxy"):
            with self.step(f"start {name}"):
                getattr(self.servers, f"start_{name}")()

    def prepare(self):
        shop = self.shop
        with self.step("refuse to start without settings") as found:
            text = shop.manage("check", expected=1, **dict.fromkeys(("SECRET_KEY_FILE", "DATABASE_URL_FILE"), ""))
            need(all(name in text for name in ("SECRET_KEY", "DATABASE_URL")), text)
            found.append("SECRET_KEY and DATABASE_URL are named")
        with self.step("refuse to migrate without earthdistance") as found:
            need("CREATE EXTENSION earthdistance" in shop.manage("migrate", expected=1), "the remedy is not named")
            found.append("the statement for a superuser is named")
        self.servers.as_superuser("omnistore", "CREATE EXTENSION cube", "CREATE EXTENSION earthdistance")
        for command in ("check --deploy", "collectstatic --no-input", "migrate", "check --database default"):
            with self.step(f"manage.py {command}"):
                shop.manage(*command.split())
        with self.step("the first member of staff"):
            shop.manage("createsuperuser", "--no-input", "--email", STAFF, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        with self.step("import products, stores and stock through the pooler") as found:
            for kind, text in (("stores", STORES), ("products", PRODUCTS), ("stock", STOCK)):
                path = self.servers.room / f"{kind}.csv"
                path.write_text(text)
                more = ["--publish"] if kind == "products" else []
                shop.manage(f"import_{kind}", str(path), "-v0", *more, **shop.pooled())
            with self.servers.connect("omnistore", "postgres") as connection:
                locks = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()[0]
            need(locks == 0, f"{locks} locks stayed behind")
            found.append("no lock stayed behind")

    def open(self):
        shop, staff = self.shop, self.staff
        with self.step("start web, live, worker and beat"):
            shop.start()
        with self.step("the limits of web's statements, through the pooler") as found:
            with self.servers.connect("omnistore", port="pool") as connection:
                limits = [
                    connection.execute(f"SHOW {name}").fetchone()[0]
                    for name in ("statement_timeout", "lock_timeout", "plan_cache_mode")
                ]
            need(limits == ["10s", "3s", "force_generic_plan"], limits)
            found.extend(limits)
        with self.step("the proxy") as found:
            plain = requests.get(f"http://localhost:{self.servers.ports['http']}/", allow_redirects=False, timeout=10)
            need(plain.status_code == 301 and plain.headers["Location"].startswith("https://"), plain.headers)
            page = staff.get("/")
            need(page.status_code == 200 and "max-age=" in page.headers["Strict-Transport-Security"], page.headers)
            need([staff.get(path).status_code for path in ("/readyz", "/metrics")] == [404, 404], "open to the world")
            found += ["TLS", "HSTS", "/readyz and /metrics closed"]
        with self.step("sign in, and set up the second factor"):
            staff.sign_in()
            staff.set_up_second_factor()

    def sell(self):
        with self.step("the cart's stream") as found:
            self.app.add("MUG")
            found.append(f"the change was heard after {self.app.follow_cart(lambda: self.app.add('CUP')):.2f} s")
        with self.step("upload a picture") as found:
            product = self.shop.ask("from inventory.models import Product; print(Product.objects.first().pk)")
            size = self.staff.upload_picture(product)
            name = self.shop.ask("from inventory.models import Media; print(Media.objects.get().file.name)")
            picture = self.staff.get(f"/media/{name}")
            need(picture.status_code == 200 and picture.headers["Content-Type"] == "image/png", picture.headers)
            need(picture.headers["Content-Security-Policy"].endswith("sandbox"), picture.headers)
            found.append(f"{size / 1e6:.1f} MB, given out as an image that can be nothing else")
        with self.step("static files") as found:
            address = self.staff.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
            style = self.staff.get(address)
            need("immutable" in style.headers["Cache-Control"], style.headers)
            found.append("kept for ever by browsers")
        with self.step("a code for signing in leaves by mail") as found:
            self.app.session.post(
                f"{self.shop.address}/_allauth/app/v1/auth/code/request", json={"email": STAFF}, timeout=30
            )
            wait(lambda: self.servers.mailbox.received, "no mail arrives", seconds=30)
            found.append(f"to {self.servers.mailbox.received[0][0]}")

    def watch(self):
        shop = self.shop
        with self.step("metrics, asked by address") as found:
            need(requests.get(f"{shop.inside}/metrics", timeout=10).status_code == 401, "open without the token")
            families = metrics(shop)
            need(len(families) == len(set(families)), "a family is told twice")
            found.append(f"journal {families['omnistore_journal_lag_seconds']:.0f} s behind")
        with self.step("kill a web process") as found:
            found.append(f"web answered again after {self._kill_a_web_process():.1f} s")

    def _kill_a_web_process(self):
        import psutil

        workers = psutil.Process(self.shop.processes["web"].pid).children(recursive=True)
        os.kill(workers[-1].pid, signal.SIGKILL)
        began = time.monotonic()
        wait(lambda: self.shop.says("/livez", "ok"), "web does not come back")
        return time.monotonic() - began

    def change_keys(self):
        shop = self.shop
        with self.step("change SECRET_KEY") as found:
            card = shop.ask(ISSUE)
            shop.stop()
            shop.put("CODE_KEYS", shop.key)
            shop.put("SECRET_KEY_FALLBACKS", shop.key)
            shop.put("SECRET_KEY", secrets.token_urlsafe(50))
            shop.start()
            need(self.staff.get("/admin/").url.endswith("/admin/"), "staff are signed out")
            need(shop.ask(SHOW.format(card=card)) == "2500", "the gift card is shown with another code")
            found += ["staff are still signed in", "a gift card from before is shown with its own code"]

    def restore(self):
        shop, servers = self.shop, self.servers
        dump = servers.room / "omnistore.dump"
        with self.step("dump"):
            environment = shop.environment(PGPASSWORD=PASSWORD)
            at = ["-h", "127.0.0.1", "-p", str(servers.ports["postgres"]), "-U", "omnistore"]
            run([str(binaries() / "pg_dump"), *at, "-Fc", "-f", str(dump), "omnistore"], environment=environment)
        with self.step("restore into an empty database, as the shop's role") as found:
            servers.as_superuser("postgres", "CREATE DATABASE restored OWNER omnistore")
            servers.as_superuser("restored", "CREATE EXTENSION cube", "CREATE EXTENSION earthdistance")
            options = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "-d", "restored"]
            run([str(binaries() / "pg_restore"), *at, *options, str(dump)], environment=environment)
            restored = {"DATABASE_URL": shop.database_url("postgres", "restored"), "NAMESPACE": "restored"}
            shop.manage("migrate", **restored)
            shop.manage("audit", **restored)
            found.append("migrate and audit find nothing")
        with self.step("two shops on one Redis share neither cache nor queue") as found:
            names = {shop.ask("from django.conf import settings; print(settings.CELERY_TASK_DEFAULT_QUEUE)", **more)
                     for more in ({}, restored)}  # fmt: skip
            need(len(names) == 2, names)
            found.extend(sorted(names))


def metrics(shop):
    """Return the samples without labels of /metrics, by name."""
    page = requests.get(f"{shop.inside}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10)
    need(page.status_code == 200, f"/metrics gets {page.status_code}")
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
        if not sample.labels
    }


def need(is_true, found):
    """Raise Failed, with what was found instead."""
    if not is_true:
        raise Failed(str(found)[:2000])


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
            Rehearsal(room, exit_stack).run()
        except (Failed, requests.RequestException, subprocess.SubprocessError, OSError, KeyError) as error:
            print(f"The layout of docs/deploy.md does not work: {type(error).__name__}: {error}")
            return 1
    print("The layout of docs/deploy.md works.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
