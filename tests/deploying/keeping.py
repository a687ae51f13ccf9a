"""What has to outlive a change of keys, and a restore."""

import re
import secrets

from psycopg import sql

from omnistore.tools.servers.postgres import binaries
from tests.deploying.opening import order
from tests.deploying.rehearsal import need
from tests.deploying.servers import PASSWORD, run

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
PICKUP_CODE = (
    "from django.conf import settings; from orders.models import Fulfilment; "
    "from orders.rules.pickup_codes import collection_code; "
    "print(collection_code(Fulfilment.objects.latest('pk').pk, secret=settings.COLLECTION_SECRETS[0]))"
)
FIND_PICKUP = (
    "from orders.models import Fulfilment; from orders.queries.fulfilment.pickups import find_by_code; "
    "last = Fulfilment.objects.latest('pk'); "
    "print(find_by_code(store_id=last.location_id, code='{code}') == last.pk)"
)


def change_keys(rehearsal):
    """Change SECRET_KEY as docs/deploy.md says, and use what people held before."""
    shop, staff = rehearsal.shop, rehearsal.staff
    with rehearsal.step("change SECRET_KEY") as found:
        rehearsal.app.add("MUG")
        number = order(rehearsal, "ana@example.com")
        rehearsal.link = link = link_in(rehearsal.servers.mailbox.to("ana@example.com"), number)
        need(staff.get(link).status_code == 200, "the link of the mail does not open the order")
        card, code = shop.ask(ISSUE), shop.ask(PICKUP_CODE)
        shop.stop()
        shop.put("CODE_KEYS", shop.key)
        shop.put("SECRET_KEY_FALLBACKS", shop.key)
        shop.put("SECRET_KEY", secrets.token_urlsafe(50))
        shop.start()
        need(staff.get("/admin/").url.endswith("/admin/"), "staff are signed out")
        need(staff.get(link).status_code == 200, "the link of a mail from before does not open its order")
        need(shop.ask(FIND_PICKUP.format(code=code)) == "True", "a pickup code from before finds nothing")
        need(shop.ask(SHOW.format(card=card)) == "2500", "the gift card is shown with another code")
        found += ["staff are still signed in", "gift card, pickup code and order link from before work"]
    with rehearsal.step("lose the old key") as found:
        shop.put("CODE_KEYS", secrets.token_urlsafe(50))
        fresh = shop.ask(ISSUE, CODE_KEYS=shop.key)
        text = shop.manage("shell", "--verbosity", "0", "--command", SHOW.format(card=fresh), expected=1)
        need("CodeCannotBeShown" in text, text)
        shop.put("CODE_KEYS", shop.key)
        need(shop.ask(SHOW.format(card=fresh)) == "2500", "the card was marked as shown")
        found.append("a card is not shown with a code that is not its own, nor marked as shown")


def link_in(mails, number):
    """Return the path of the order's link in the last mail about it."""
    texts = [text for text in mails if number in text]
    found = re.search(rf"/orders/{number}/[A-Za-z0-9_-]+/", texts[-1])
    need(found, f"no link in {texts[-1]}")
    return found[0]


def restore(rehearsal):
    """Dump, restore into an empty database as the shop's role, and compare."""
    shop, servers = rehearsal.shop, rehearsal.servers
    dump = servers.room / "omnistore.dump"
    environment = shop.environment(PGPASSWORD=PASSWORD)
    at = ["-h", "127.0.0.1", "-p", str(servers.ports["postgres"]), "-U", "omnistore"]
    with rehearsal.step("dump"):
        shop.stop()
        run([str(binaries() / "pg_dump"), *at, "-Fc", "-f", str(dump), "omnistore"], environment=environment)
    with rehearsal.step("restore into an empty database, as the shop's role") as found:
        servers.as_superuser("postgres", "CREATE DATABASE restored OWNER omnistore")
        servers.as_superuser("restored", "CREATE EXTENSION cube", "CREATE EXTENSION earthdistance")
        options = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "-d", "restored"]
        run([str(binaries() / "pg_restore"), *at, *options, str(dump)], environment=environment)
        before, after = rows_of(servers, "omnistore"), rows_of(servers, "restored")
        need(before == after, dict(before.items() ^ after.items()))
        other = shop.beside("restored")
        shop.manage("migrate", **other)
        shop.manage("audit", **other)
        text = shop.manage("seed_demo", expected=1, **other | {"PRODUCTION": "0", "DEMO": "1"})
        need("belongs to a production shop" in text, text)
        found += [
            f"{len(after)} tables with {sum(after.values())} rows are there",
            "migrate and audit find nothing",
        ]
    with rehearsal.step("web sells from the restored database") as found:
        shop.start("web", "live", **other)
        need(rehearsal.staff.get("/admin/").url.endswith("/admin/"), "staff are signed out")
        need(rehearsal.staff.get(rehearsal.link).status_code == 200, "an order's link opens nothing")
        number = rehearsal.app.order("bea@example.com")
        orders = "from orders.models import Order; print(Order.objects.filter(number={number!r}).count())"
        counted = [int(shop.ask(orders.format(number=number), **where)) for where in ({}, other)]
        need(counted == [0, 1], f"the order is {counted} times in the two databases")
        shop.stop()
        found.append("staff, an order's link and a new order as before")


def rows_of(servers, database):
    """Return how many rows each table of a database has."""
    with servers.connect(database) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        count = sql.SQL("SELECT count(*) FROM {}")
        return {name: connection.execute(count.format(sql.Identifier(name))).fetchone()[0] for (name,) in names}
