"""What must always be true of stock, for `manage.py audit`."""

from core.data.invariants import invariant
from core.data.spelling_invariants import phones_dialled_alike, spelt_alike, without_card_numbers
from core.texts.spelling import plain_lines, plain_name, plain_postcode, plain_text

invariant(
    "stock is never negative and never reserved twice",
    "SELECT id, on_hand, reserved FROM inventory_stocklevel WHERE reserved < 0 OR reserved > on_hand",
)
invariant(
    "every stock level is the sum of its movements",
    """
    SELECT level.id, level.on_hand, level.reserved, ledger.on_hand AS ledger_on_hand, ledger.reserved AS ledger_reserved
    FROM inventory_stocklevel AS level
    LEFT JOIN (
        SELECT level_id, sum(on_hand_change) AS on_hand, sum(reserved_change) AS reserved
        FROM inventory_stockmovement GROUP BY level_id
    ) AS ledger ON ledger.level_id = level.id
    WHERE level.on_hand <> COALESCE(ledger.on_hand, 0) OR level.reserved <> COALESCE(ledger.reserved, 0)
    """,
)
invariant(
    "held stock is never negative, and the sum of its movements",
    """
    SELECT COALESCE(held.level_id, ledger.level_id) AS level_id, COALESCE(held.state, ledger.state) AS state,
           held.units, ledger.units AS ledger_units
    FROM inventory_heldstock AS held
    FULL JOIN (
        SELECT level_id, held_state AS state, sum(held_change) AS units
        FROM inventory_stockmovement WHERE held_state <> '' GROUP BY level_id, held_state
    ) AS ledger USING (level_id, state)
    WHERE COALESCE(held.units, 0) <> COALESCE(ledger.units, 0) OR held.units < 0
    """,
)
invariant(
    "a transfer conserves its units",
    """
    SELECT COALESCE(moved.number, lost.number) AS number, moved.units AS ledger_units, lost.units AS lost
    FROM (
        SELECT split_part(cause_id, '/', 1) AS number, sum(on_hand_change + held_change) AS units
        FROM inventory_stockmovement WHERE cause_kind = 'transfer' GROUP BY 1
    ) AS moved
    FULL JOIN (
        SELECT 'T-' || document.id AS number, sum(line.missing) AS units
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.kind = 'transfer' GROUP BY document.id
    ) AS lost USING (number)
    WHERE COALESCE(moved.units, 0) + COALESCE(lost.units, 0) <> 0
    """,
)
invariant(
    "what is in transit was dispatched and has not arrived",
    """
    SELECT COALESCE(held.variant_id, sent.variant_id) AS variant_id,
           COALESCE(held.location_id, sent.location_id) AS location_id, held.units, sent.units AS sent
    FROM (
        SELECT level.variant_id, level.location_id, held.units
        FROM inventory_heldstock AS held JOIN inventory_stocklevel AS level ON level.id = held.level_id
        WHERE held.state = 'in_transit'
    ) AS held
    FULL JOIN (
        SELECT line.variant_id, document.target_id AS location_id,
               sum(line.quantity - line.received - line.missing - line.restocked) AS units
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.kind = 'transfer' AND document.state IN ('dispatched', 'partly_received')
        GROUP BY line.variant_id, document.target_id
    ) AS sent USING (variant_id, location_id)
    WHERE COALESCE(held.units, 0) <> COALESCE(sent.units, 0)
    """,
)
invariant(
    "what came of a purchase order is what its receipts say",
    """
    SELECT COALESCE(ordered.order_id, delivered.order_id) AS order_id,
           COALESCE(ordered.variant_id, delivered.variant_id) AS variant_id, ordered.came, delivered.units
    FROM (
        SELECT document.id AS order_id, line.variant_id, line.received + line.surplus AS came, line.damaged
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.kind = 'purchase_order'
    ) AS ordered
    FULL JOIN (
        SELECT document.purchase_order_id AS order_id, line.variant_id, sum(line.quantity) AS units,
               sum(line.damaged) AS damaged
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.purchase_order_id IS NOT NULL GROUP BY document.purchase_order_id, line.variant_id
    ) AS delivered USING (order_id, variant_id)
    WHERE COALESCE(ordered.came, 0) <> COALESCE(delivered.units, 0)
       OR COALESCE(ordered.damaged, 0) <> COALESCE(delivered.damaged, 0)
    """,
)
invariant(
    "a receipt of a purchase order is in the ledger once",
    """
    SELECT COALESCE(receipt.number, moved.number) AS number, receipt.units, moved.units AS ledger_units
    FROM (
        SELECT 'G-' || document.id AS number, sum(line.quantity) AS units
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.purchase_order_id IS NOT NULL GROUP BY document.id
    ) AS receipt
    FULL JOIN (
        SELECT cause_id AS number, sum(on_hand_change + held_change) AS units
        FROM inventory_stockmovement WHERE cause_kind = 'purchase' GROUP BY cause_id
    ) AS moved USING (number)
    WHERE receipt.units IS DISTINCT FROM moved.units
    """,
)
invariant(
    "what went back to a supplier has left the books",
    """
    SELECT COALESCE(gone.number, moved.number) AS number, gone.units, moved.units AS ledger_units
    FROM (
        SELECT 'RS-' || document.id AS number, sum(line.quantity) AS units
        FROM inventory_stockdocumentline AS line
        JOIN inventory_stockdocument AS document ON document.id = line.document_id
        WHERE document.kind = 'supplier_return' AND document.state IN ('sent', 'credited', 'closed')
        GROUP BY document.id
    ) AS gone
    FULL JOIN (
        SELECT split_part(cause_id, '/', 1) AS number, -sum(on_hand_change + held_change) AS units
        FROM inventory_stockmovement WHERE cause_kind = 'supplier_return' GROUP BY 1
    ) AS moved USING (number)
    WHERE COALESCE(gone.units, 0) <> COALESCE(moved.units, 0)
    """,
)
invariant(
    "every oversale is booked in once",
    """
    SELECT oversale.id, oversale.cause_id, oversale.units, movement.on_hand_change
    FROM inventory_oversale AS oversale
    FULL JOIN (SELECT * FROM inventory_stockmovement WHERE cause_kind = 'oversale') AS movement
        ON movement.level_id = oversale.level_id AND movement.cause_id = oversale.cause_id
    WHERE oversale.units IS DISTINCT FROM movement.on_hand_change
    """,
)
invariant(
    "what is reserved is the sum of the live reservations",
    """
    SELECT level.id, level.reserved, COALESCE(live.quantity, 0) AS promised
    FROM inventory_stocklevel AS level
    LEFT JOIN (
        SELECT level_id, sum(quantity) AS quantity
        FROM inventory_reservation WHERE state IN ('held', 'committed') GROUP BY level_id
    ) AS live ON live.level_id = level.id
    WHERE level.reserved <> COALESCE(live.quantity, 0)
    """,
)
invariant(
    "no hold outlives its time by a minute",
    """
    SELECT id, level_id, expires_at FROM inventory_reservation
    WHERE state = 'held' AND expires_at < now() - interval '60 seconds'
    """,
)
invariant(
    "price ranges are what the prices say",
    """
    SELECT COALESCE(kept.product_id, true_range.product_id) AS product_id
    FROM inventory_pricerange AS kept
    FULL JOIN (
        SELECT variant.product_id, price.currency, min(public.amount) AS lowest, max(public.amount) AS highest
        FROM inventory_price AS price JOIN inventory_variant AS variant ON variant.id = price.variant_id
        CROSS JOIN LATERAL (SELECT inventory_public_amount(
            price.variant_id, price.currency, price.amount, now()) AS amount) AS public
        WHERE variant.is_active GROUP BY variant.product_id, price.currency
    ) AS true_range USING (product_id, currency)
    WHERE (kept.lowest, kept.highest) IS DISTINCT FROM (true_range.lowest, true_range.highest)
      -- A list that begins, ends or was changed is applied within seconds.
      AND NOT EXISTS (
        SELECT FROM inventory_listprice AS step JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        JOIN inventory_variant AS variant ON variant.id = step.variant_id
        WHERE variant.product_id = COALESCE(kept.product_id, true_range.product_id) AND (list.applied_until IS NULL
              OR list.starts_at > list.applied_until AND list.starts_at <= now()
              OR list.ends_at > list.applied_until AND list.ends_at <= now()))
    """,
)
invariant(
    "every category's path leads through its parents",
    """
    SELECT category.id, category.path
    FROM inventory_category AS category LEFT JOIN inventory_category AS parent ON parent.id = category.parent_id
    WHERE category.path <> COALESCE(parent.path || '/', '') || category.slug
    """,
)
invariant(
    "what a variant costs everybody is the last price of its history",
    """
    SELECT price.variant_id, public.amount, former.amount AS last FROM inventory_price AS price
    CROSS JOIN LATERAL (SELECT inventory_public_amount(
        price.variant_id, price.currency, price.amount, now()) AS amount) AS public
    LEFT JOIN LATERAL (
        SELECT amount FROM inventory_pricehistory AS former
        WHERE former.variant_id = price.variant_id AND former.currency = price.currency
        ORDER BY since DESC, id DESC LIMIT 1
    ) AS former ON true
    WHERE public.amount IS DISTINCT FROM former.amount AND NOT EXISTS (
        SELECT FROM inventory_listprice AS step JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        WHERE step.variant_id = price.variant_id AND (list.applied_until IS NULL
              OR list.starts_at > list.applied_until AND list.starts_at <= now()
              OR list.ends_at > list.applied_until AND list.ends_at <= now()))
    """,
)
invariant(
    "what promotions make a variant cost begins after it last ended",
    """
    SELECT earlier.id, later.id AS later FROM inventory_offeredprice AS earlier
    LEFT JOIN inventory_offeredprice AS later ON later.variant_id = earlier.variant_id
         AND later.currency = earlier.currency AND later.id > earlier.id
    WHERE earlier.until < earlier.since OR (later.id IS NOT NULL AND earlier.until IS NULL)
          OR later.since < earlier.until
    """,
)
invariant(
    "no price of a list is negative, and none begins below one unit",
    "SELECT id, variant_id, amount, min_quantity FROM inventory_listprice WHERE amount < 0 OR min_quantity < 1",
)
invariant(
    "a price of a single channel or store has a reason and an end",
    """
    SELECT id, code FROM inventory_pricelist
    WHERE (channel <> '' OR store_id IS NOT NULL) AND (reason = '' OR ends_at IS NULL)
    """,
)
invariant(
    "every location has a time zone that exists",
    """
    SELECT id, code, time_zone FROM inventory_location
    WHERE NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = time_zone)
    """,
)
_ATTRIBUTES_ARE_TEXTS = """
    jsonb_typeof(attributes) = 'object'
    AND NOT jsonb_path_exists(attributes, 'strict $.* ? (@.type() <> "object")', '{}', true)
    AND NOT jsonb_path_exists(attributes, 'strict $.*.* ? (@.type() <> "string")', '{}', true)
"""
invariant(
    "attributes of goods are texts by language",
    f"""
    SELECT 'variant' AS of, id, attributes FROM inventory_variant WHERE NOT ({_ATTRIBUTES_ARE_TEXTS})
    UNION ALL SELECT 'product', id, attributes FROM inventory_product WHERE NOT ({_ATTRIBUTES_ARE_TEXTS})
    """,
)
spelt_alike("every letter of an SKU can be seen", "inventory_variant", ["sku"], plain_text)
spelt_alike("the city of a store is in its one spelling", "inventory_location", ["city"], plain_name)
spelt_alike("the street of a store is in its one spelling", "inventory_location", ["street_address"], plain_lines)
spelt_alike(
    "the postcode of a store is in its one spelling",
    "inventory_location",
    ["postal_code"],
    plain_postcode,
    likely="text <> upper(text)",
)
phones_dialled_alike("the phone number of a store is stored as E.164", inventory_location="phone")
without_card_numbers(
    "nothing about goods and places has a payment card's number in it",
    inventory_category=["name::text"],
    inventory_product=["name::text", "description::text", "brand", "attributes::text"],
    inventory_variant=["attributes::text"],
    inventory_taxcategory=["name::text"],
    inventory_media=["alt::text"],
    inventory_deposit=["name::text"],
    inventory_returnpolicy=["name::text"],
    inventory_location=["name::text", "street_address", "city", "region"],
    inventory_openingexception=["note::text"],
    inventory_pricelist=["name::text", "reason"],
    inventory_pricefile=["name"],
    inventory_stockmovement=["reason"],
    inventory_stockdocument=["reference", "note", "credit_note"],
    inventory_supplier=["name", "email"],
    inventory_supplierproduct=["supplier_sku"],
)
