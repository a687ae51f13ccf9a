"""From empty servers to a shop that sells: the order of docs/deploy.md."""

import requests

from tests.deploying.rehearsal import need
from tests.deploying.servers import PASSWORD, wait
from tests.deploying.visitors import STAFF

PRODUCTS = "sku,name_en,price,currency\nMUG,Mug,12.90,EUR\nCUP,Cup,9.90,EUR\n"
STORES = (
    "code,kind,name_en,street_address,city,country_code,latitude,longitude,time_zone,hours,services\n"
    "berlin,store,Berlin,Rosenthaler Str. 1,Berlin,DE,52.52,13.4,Europe/Berlin,Mo-Su 00:00-24:00,pickup ship returns\n"
)
STOCK = "sku,location,on_hand\nMUG,berlin,50\nCUP,berlin,50\n"
FIRST_PRODUCT = "from inventory.models import Product; print(Product.objects.first().pk)"
FIRST_PICTURE = "from inventory.models import Media; print(Media.objects.get().file.name)"


def refuse(rehearsal):
    """What a shop refuses by name before anything is there."""
    shop, servers = rehearsal.shop, rehearsal.servers
    with rehearsal.step("refuse to start without settings") as found:
        text = shop.manage("check", expected=1, **dict.fromkeys(("SECRET_KEY_FILE", "DATABASE_URL_FILE"), ""))
        need(all(name in text for name in ("SECRET_KEY", "DATABASE_URL")), text)
        found.append("SECRET_KEY and DATABASE_URL are named")
    with rehearsal.step("refuse an old PostgreSQL") as found:
        if old := servers.start_old_postgres():
            text = shop.manage("migrate", expected=1, DATABASE_URL=old)
            need("16 or later is needed" in text, text)
            found.append(text.strip().partition("DATABASE_URL names a ")[2].partition(":")[0])
        else:
            found.append("left out, as Debian's package postgresql-15 is not installed")
    with rehearsal.step("refuse to migrate without earthdistance") as found:
        need("CREATE EXTENSION earthdistance" in shop.manage("migrate", expected=1), "the remedy is not named")
        found.append("the statement for a superuser is named")


def prepare(rehearsal):
    """From an empty database to goods, as an ordinary role."""
    shop, servers = rehearsal.shop, rehearsal.servers
    servers.as_superuser("omnistore", "CREATE EXTENSION cube", "CREATE EXTENSION earthdistance")
    for command in ("check --deploy", "collectstatic --no-input", "migrate", "check --database default"):
        with rehearsal.step(f"manage.py {command}"):
            shop.manage(*command.split())
    with rehearsal.step("the first member of staff"):
        shop.manage("createsuperuser", "--no-input", "--email", STAFF, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    with rehearsal.step("import products, stores and stock through the pooler") as found:
        for kind, text in (("stores", STORES), ("products", PRODUCTS), ("stock", STOCK)):
            path = servers.room / f"{kind}.csv"
            path.write_text(text)
            more = ["--publish"] if kind == "products" else []
            shop.manage(f"import_{kind}", str(path), "-v0", *more, **shop.pooled())
        with servers.connect("omnistore", "postgres") as connection:
            locks = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()[0]
        need(locks == 0, f"{locks} locks stayed behind")
        found.append("no lock stayed behind")
    with rehearsal.step("refuse another currency, and a demo") as found:
        text = shop.manage("check", "--database", "default", expected=1, SHOP_CURRENCY="USD")
        need("prices are in EUR" in text, text)
        text = shop.manage("seed_demo", "--reset", expected=1, PRODUCTION="0", DEMO="1")
        need("belongs to a production shop" in text, text)
        found += ["SHOP_CURRENCY is named", "seed_demo --reset deletes nothing"]


def open_doors(rehearsal):
    """Start the shop behind its proxy, and let the first member of staff in."""
    shop, staff = rehearsal.shop, rehearsal.staff
    with rehearsal.step("start web, live, worker and beat"):
        shop.start()
    with rehearsal.step("the limits of web's statements, through the pooler") as found:
        with rehearsal.servers.connect("omnistore", port="pool") as connection:
            limits = [
                connection.execute(f"SHOW {name}").fetchone()[0]
                for name in ("statement_timeout", "lock_timeout", "plan_cache_mode")
            ]
        need(limits == ["10s", "3s", "force_generic_plan"], limits)
        found.extend(limits)
    with rehearsal.step("the proxy") as found:
        plain = requests.get(f"http://localhost:{rehearsal.servers.ports['http']}/", allow_redirects=False, timeout=10)
        need(plain.status_code == 301 and plain.headers["Location"].startswith("https://"), plain.headers)
        page = staff.get("/")
        need(page.status_code == 200 and "max-age=" in page.headers["Strict-Transport-Security"], page.headers)
        need([staff.get(path).status_code for path in ("/readyz", "/metrics")] == [404, 404], "open to the world")
        found += ["TLS", "HSTS", "/readyz and /metrics closed"]
    with rehearsal.step("sign in, and set up the second factor"):
        staff.sign_in()
        staff.set_up_second_factor()


def sell(rehearsal):
    """The live cart, uploads, and an order whose guest hears of it."""
    shop, staff, app = rehearsal.shop, rehearsal.staff, rehearsal.app
    with rehearsal.step("the cart's stream") as found:
        app.add("MUG")
        found.append(f"the change was heard after {app.follow_cart(lambda: app.add('CUP')):.2f} s")
    with rehearsal.step("upload a picture") as found:
        size = staff.upload_picture(shop.ask(FIRST_PRODUCT))
        picture = staff.get(f"/media/{shop.ask(FIRST_PICTURE)}")
        need(picture.status_code == 200 and picture.headers["Content-Type"] == "image/png", picture.headers)
        need(picture.headers["Content-Security-Policy"].endswith("sandbox"), picture.headers)
        found.append(f"{size / 1e6:.1f} MB, given out as an image that can be nothing else")
    with rehearsal.step("static files") as found:
        address = staff.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        need("immutable" in staff.get(address).headers["Cache-Control"], "browsers ask again")
        found.append("kept for ever by browsers")
    with rehearsal.step("a code for signing in leaves by mail") as found:
        mailbox = rehearsal.servers.mailbox
        app.session.post(f"{shop.address}/_allauth/app/v1/auth/code/request", json={"email": STAFF}, timeout=30)
        wait(lambda: mailbox.to(STAFF), "no mail arrives", seconds=30)
        found.append(f"to {STAFF}")
    with rehearsal.step("a guest orders, and the worker writes to them") as found:
        found.append(f"order {order(rehearsal, 'ben@example.com')}")


def order(rehearsal, email):
    """Order what is in the cart as a guest, wait until the worker has sent the mail, and return the number."""
    mailbox = rehearsal.servers.mailbox
    number = rehearsal.app.order(email)
    wait(lambda: any(number in text for text in mailbox.to(email)), f"no mail about {number} arrives", seconds=60)
    return number
