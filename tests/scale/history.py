"""Two years of a busy shop's orders, generated in PostgreSQL itself: people, orders, lines, parcels, money, journal."""

from django.db import connection, transaction

ORDERS, PEOPLE = 1_000_000, 200_000
# The first customer buys a lot, so there are long timelines and lists.
FIRST_PERSON, FIRST_ORDER = 10_000_000, 10_000_000
# The number of newest orders that are still open.
UNDER_WAY = 20_000

_PEOPLE = """
INSERT INTO accounts_customer (id, password, is_superuser, name, email, phone, card_number, language, home_store,
    preferred_channel, receipt_channel, is_staff, is_active, joined_at, external_id, signed_up_at)
SELECT %(first_person)s + n, '!', false,
       (ARRAY['Ana','Ben','Clara','David','Elif','Farid','Greta','Hanna','Iman','Jonas','Karim','Leyla','Maryam',
              'Nora','Omar','Paul','Roya','Sara','Theo','Yusuf'])[1 + n %% 20] || ' '
       || (ARRAY['Albers','Berger','Cohen','Demir','Engel','Farhadi','Gruber','Haddad','Ivanov','Jansen','Karimi',
                 'Lindner','Moreno','Nasser','Okafor','Petersen','Rahimi','Schulz'])[1 + n / 20 %% 18] || ' ' || n,
       'buyer' || n || '@example.net', '+49151' || (12345678 + n), (500000000000 + n)::text, 'en', '',
       'email', 'email', false, true, now() - interval '2 years', '', now() - interval '2 years'
FROM generate_series(0, %(people)s - 1) AS n
"""
# Four of ten were carried out of a store, three collected in one, three shipped from the warehouse.
_PLAN = """
CREATE TEMP TABLE plan AS
SELECT %(first_order)s + n AS id, n, now() - (%(orders)s - n) * interval '63 seconds' AS placed_at,
       CASE WHEN n %% 10 < 4 THEN 'carry_out' WHEN n %% 10 < 7 THEN 'pickup' ELSE 'ship' END AS kind,
       CASE WHEN n %% 5 = 0 THEN NULL WHEN n %% 1000 = 1 THEN %(first_person)s
            ELSE %(first_person)s + (n::bigint * 7919) %% %(people)s END AS customer_id,
       n %% 10 >= 4 AND n >= %(orders)s - %(under_way)s AS is_open, 1 + n %% 2 AS line_count,
       CASE WHEN n %% 10 < 7 THEN stores.ids[1 + (n / 10) %% cardinality(stores.ids)] ELSE stores.warehouse END AS place
FROM generate_series(0, %(orders)s - 1) AS n,
     (SELECT array_agg(id ORDER BY id) FILTER (WHERE kind = 'store') AS ids,
             max(id) FILTER (WHERE code = 'wh-berlin') AS warehouse FROM inventory_location) AS stores;
CREATE TEMP TABLE goods AS
SELECT row_number() OVER (ORDER BY variant.id) - 1 AS place, variant.id, variant.sku, product.name ->> 'en' AS name
FROM inventory_variant AS variant JOIN inventory_product AS product ON product.id = variant.product_id;
CREATE UNIQUE INDEX ON goods (place);
ANALYZE plan, goods;
"""
_ORDERS = """
INSERT INTO orders_order (id, number, state, channel, currency, items_total, discount_total, shipping_total, tax_total,
    grand_total, contact_email, contact_phone, receipt_medium, language, external_id, cancel_reason, placed_at,
    closed_at, customer_id, store_id, request_key)
SELECT id, id::text, CASE WHEN is_open THEN 'placed' WHEN n %% 100 = 99 THEN 'cancelled' ELSE 'completed' END,
       CASE kind WHEN 'carry_out' THEN 'till' ELSE (ARRAY['web', 'app'])[1 + n %% 2] END, 'EUR', 1990 * line_count, 0,
       0, 0, 1990 * line_count, coalesce('buyer' || (customer_id - %(first_person)s), 'guest' || n) || '@example.net',
       '+49152' || lpad(n::text, 8, '0'), '', 'en', '', '', placed_at,
       CASE WHEN NOT is_open THEN placed_at + interval '1 day' END, customer_id,
       CASE kind WHEN 'carry_out' THEN place END, ''
FROM plan
"""
_LINES = """
INSERT INTO orders_orderline (id, order_id, position, variant_id, sku, name, quantity, quantity_fulfilled,
    quantity_cancelled, quantity_returned, unit_price, discount, line_total)
SELECT plan.id * 2 + position, plan.id, position, goods.id, goods.sku, goods.name, 1,
       (NOT is_open AND n %% 100 <> 99)::int, (NOT is_open AND n %% 100 = 99)::int, 0, 1990, 0, 1990
FROM plan CROSS JOIN LATERAL generate_series(1, line_count) AS position
JOIN goods ON goods.place = (n::bigint * 104729 + position * 31) %% (SELECT count(*) FROM goods)
"""
_FULFILMENTS = """
INSERT INTO orders_fulfilment (id, order_id, kind, location_id, state, address, promised_at, ready_at, expires_at,
    finished_at, tracking, wrong_codes, reject_reason)
SELECT id, id, kind, place,
       CASE WHEN is_open AND kind = 'pickup' THEN (ARRAY['placed', 'accepted', 'picking', 'ready'])[1 + n / 10 %% 4]
            WHEN is_open THEN (ARRAY['placed', 'picking', 'shipped'])[1 + n / 10 %% 3]
            WHEN n %% 100 = 99 THEN 'cancelled' WHEN kind = 'ship' THEN 'delivered' ELSE 'collected' END,
       '{}', placed_at + interval '1 day', CASE WHEN kind = 'pickup' THEN placed_at + interval '2 hours' END,
       CASE WHEN kind = 'pickup' THEN placed_at + interval '8 days' END,
       CASE WHEN NOT is_open THEN placed_at + interval '1 day' END,
       CASE WHEN kind = 'ship' AND NOT is_open THEN 'T' || id ELSE '' END, 0, ''
FROM plan
"""
_PARTS = """
INSERT INTO orders_fulfilmentline (id, fulfilment_id, order_line_id, quantity, handed_over_at)
SELECT line.id, line.order_id, line.id, 1, CASE WHEN line.quantity_fulfilled > 0 THEN plan.placed_at END
FROM orders_orderline AS line JOIN plan ON plan.id = line.order_id
"""
_PAYMENTS = """
INSERT INTO orders_payment (id, order_id, method, provider, amount, refunded, state, captured_at)
SELECT id, id, 'card', '', 1990 * line_count, 0, 'captured', placed_at FROM plan
"""
_MONTHS = """
SELECT core_journal_ensure_month((date_trunc('month', now()) - make_interval(months => ago))::date)
FROM generate_series(0, 25) AS ago
"""
_JOURNAL = """
INSERT INTO core_journal (xid, occurred_at, recorded_at, kind, customer_id, channel, store, ref, payload)
SELECT 1, placed_at + step * interval '1 hour', placed_at, (ARRAY['order.placed', 'order.completed'])[step],
       customer_id, 'web', '', id::text,
       jsonb_build_object('order_id', id, 'cart_id', 1, 'total', 1990 * line_count, 'currency', 'EUR', 'units', 1)
FROM plan CROSS JOIN generate_series(1, 2) AS step WHERE step = 1 OR NOT is_open
"""


def write_history(*, orders: int = ORDERS, people: int = PEOPLE) -> None:
    """Write the history and update PostgreSQL's statistics. This takes minutes."""
    given = {
        "orders": orders,
        "people": people,
        "under_way": min(UNDER_WAY, orders // 10),
        "first_person": FIRST_PERSON,
        "first_order": FIRST_ORDER,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # The generated rows are consistent; checking each row's foreign keys would take an hour.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in (_PEOPLE, *_PLAN.split(";\n")[:-1], _ORDERS, _LINES, _FULFILMENTS, _PARTS, _PAYMENTS):
            cursor.execute(statement, given)
        cursor.execute(_MONTHS)
        cursor.execute(_JOURNAL)
        cursor.execute("DROP TABLE plan, goods")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
