"""The SQL of the product import; product_import.py lists the columns of import_rows."""

from django.db.models import Model

from inventory.models import Barcode, Price, Product, Variant

# An SKU is one in any case: a row changes the article that stands, and a twin in the file is a second row for it.
_MATCH_SKUS = """
UPDATE import_rows SET key = variant.sku FROM inventory_variant AS variant
WHERE upper(variant.sku) = upper(import_rows.key) AND variant.sku <> import_rows.key
"""
_REFUSE_TWINS = """
UPDATE import_rows SET reason = 'duplicate_key', detail = 'first on line ' || twins.first_line
FROM (
    SELECT line, min(line) OVER (PARTITION BY upper(key)) AS first_line FROM import_rows WHERE key IS NOT NULL
) AS twins
WHERE twins.line = import_rows.line AND twins.first_line < import_rows.line AND import_rows.reason = ''
"""

# The product of a row: the one it names, else the one of its SKU, else a new one.
_FIND_PRODUCT = """
UPDATE import_rows SET product = coalesce(nullif(staged.product, ''), product.slug, staged.own_slug)
FROM import_rows AS staged
LEFT JOIN inventory_variant AS variant ON variant.sku = staged.key
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
WHERE staged.line = import_rows.line AND staged.reason = ''
"""

_REFUSE_OTHER_PRODUCT = """
UPDATE import_rows SET reason = 'sku_of_other_product', detail = product.slug
FROM inventory_variant AS variant JOIN inventory_product AS product ON product.id = variant.product_id
WHERE variant.sku = import_rows.key AND product.slug <> import_rows.product AND import_rows.reason = ''
"""

_LEAVE_OUT_CATEGORIES = """
UPDATE import_rows SET category = '',
    told = coalesce(told, '[]') || jsonb_build_array(jsonb_build_array('category', 'category_slug_taken', category))
WHERE reason = '' AND category = ANY(%(taken)s::text[])
"""

# A refused row keeps its barcodes, too: another article that has one by mistake would get it for good.
_LEAVE_OUT_BARCODES = """
WITH code AS (
    SELECT line, key, reason, unnest(barcodes) AS code FROM import_rows WHERE key IS NOT NULL
), ranked AS (
    SELECT line, key, reason, code, first_value(key) OVER (PARTITION BY code ORDER BY line) AS first_key FROM code
), clash AS (
    SELECT ranked.line, array_agg(ranked.code) AS codes,
        jsonb_agg(jsonb_build_array('barcodes', 'barcode_taken', ranked.code)) AS told
    FROM ranked
    LEFT JOIN inventory_barcode AS barcode ON barcode.code = ranked.code
    LEFT JOIN inventory_variant AS owner ON owner.id = barcode.variant_id
    WHERE ranked.reason = '' AND (ranked.key <> ranked.first_key OR owner.sku <> ranked.key)
    GROUP BY ranked.line
)
UPDATE import_rows SET told = coalesce(import_rows.told, '[]') || clash.told, barcodes = (
    SELECT coalesce(array_agg(code ORDER BY place), '{}') FROM unnest(barcodes) WITH ORDINALITY AS kept (code, place)
    WHERE code <> ALL(clash.codes))
FROM clash WHERE clash.line = import_rows.line
"""

_REFUSE_TAX_CATEGORY = """
UPDATE import_rows SET reason = 'unknown_tax_category', detail = tax_category
WHERE reason = '' AND tax_category <> ''
    AND NOT EXISTS (SELECT FROM inventory_taxcategory AS known WHERE known.code = import_rows.tax_category)
"""

_FIND_FIRST_LINE = """
UPDATE import_rows SET product_line = first.line
FROM (SELECT product, min(line) AS line FROM import_rows WHERE reason = '' GROUP BY product) AS first
WHERE first.product = import_rows.product AND import_rows.reason = ''
"""

# The true reason is often that the row which describes the product was refused.
_REFUSE_NAMELESS = """
UPDATE import_rows SET
    reason = CASE WHEN refused.line IS NULL THEN 'product_without_name' ELSE 'described_on_refused_row' END,
    detail = CASE WHEN refused.line IS NULL THEN import_rows.product ELSE 'line ' || refused.line END
FROM import_rows AS described
LEFT JOIN LATERAL (
    SELECT min(line) AS line FROM import_rows AS earlier
    WHERE earlier.product = described.product AND earlier.line < described.line AND earlier.reason <> ''
) AS refused ON true
WHERE described.line = import_rows.product_line AND described.names = '{}' AND import_rows.reason = ''
    AND NOT EXISTS (SELECT 1 FROM inventory_product WHERE slug = import_rows.product)
"""

_REFUSE_DIFFERENT = """
UPDATE import_rows SET reason = 'differs_from_product', detail = 'described on line ' || described.line
FROM import_rows AS described
WHERE described.line = import_rows.product_line AND import_rows.line <> described.line AND import_rows.reason = ''
    AND NOT (
        described.names @> import_rows.names AND described.descriptions @> import_rows.descriptions
        AND import_rows.brand IN ('', described.brand) AND import_rows.category IN ('', described.category)
        AND import_rows.tax_category IN ('', described.tax_category))
"""

_DECIDE = """
UPDATE import_rows SET action = CASE
    WHEN variant.id IS NULL THEN 'create'
    WHEN (staged.amount IS NULL OR price.amount = staged.amount)
        AND variant.attributes @> staged.attributes
        AND NOT EXISTS (
            SELECT 1 FROM unnest(staged.barcodes) AS code
            WHERE NOT EXISTS (SELECT 1 FROM inventory_barcode WHERE inventory_barcode.code = code))
        AND (staged.line <> staged.product_line OR (
            product.name @> staged.names AND product.description @> staged.descriptions
            AND staged.brand IN ('', product.brand) AND staged.category IN ('', coalesce(category.path, ''))
            AND staged.tax_category IN ('', coalesce(tax.code, ''))))
        THEN 'same'
    ELSE 'update' END
FROM import_rows AS staged
LEFT JOIN inventory_variant AS variant ON variant.sku = staged.key
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
LEFT JOIN inventory_taxcategory AS tax ON tax.id = product.tax_category_id
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = staged.currency
WHERE staged.line = import_rows.line AND staged.reason = ''
"""

CHECK = (
    _MATCH_SKUS,
    _REFUSE_TWINS,
    _FIND_PRODUCT,
    _REFUSE_OTHER_PRODUCT,
    _LEAVE_OUT_CATEGORIES,
    _LEAVE_OUT_BARCODES,
    _REFUSE_TAX_CATEGORY,
    _FIND_FIRST_LINE,
    _REFUSE_NAMELESS,
    _REFUSE_DIFFERENT,
    _DECIDE,
)

CATEGORIES_OF_PIECE = """
SELECT DISTINCT category FROM import_rows
WHERE reason = '' AND category <> '' AND line = product_line AND line BETWEEN %(first)s AND %(last)s
"""

_UPDATE_PRODUCTS = """
UPDATE inventory_product AS product SET
    name = product.name || staged.names,
    description = product.description || staged.descriptions,
    brand = coalesce(nullif(staged.brand, ''), product.brand),
    category_id = coalesce(category.id, product.category_id),
    tax_category_id = coalesce(tax.id, product.tax_category_id),
    updated_at = %(now)s::timestamptz
FROM import_rows AS staged LEFT JOIN inventory_category AS category ON category.path = staged.category
LEFT JOIN inventory_taxcategory AS tax ON tax.code = staged.tax_category
WHERE product.slug = staged.product AND staged.line = staged.product_line AND staged.reason = ''
    AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s
    AND NOT (
        product.name @> staged.names AND product.description @> staged.descriptions
        AND staged.brand IN ('', product.brand) AND coalesce(category.id = product.category_id, staged.category = '')
        AND coalesce(tax.id = product.tax_category_id, staged.tax_category = ''))
"""

_MAKE_PRODUCTS = """
INSERT INTO inventory_product (
    slug, name, description, brand, category_id, tax_category_id, state, published_at, updated_at, :columns)
SELECT staged.product, staged.names, staged.descriptions, staged.brand, category.id, tax.id, %(state)s::text,
    CASE WHEN %(state)s::text = 'published' THEN %(now)s::timestamptz END, %(now)s::timestamptz, :defaults
FROM import_rows AS staged LEFT JOIN inventory_category AS category ON category.path = staged.category
LEFT JOIN inventory_taxcategory AS tax ON tax.code = staged.tax_category
WHERE staged.line = staged.product_line AND staged.reason = '' AND staged.action = 'create'
    AND staged.line BETWEEN %(first)s AND %(last)s
ON CONFLICT (slug) DO NOTHING
"""

_UPDATE_VARIANTS = """
UPDATE inventory_variant AS variant SET attributes = variant.attributes || staged.attributes
FROM import_rows AS staged
WHERE variant.sku = staged.key AND staged.reason = '' AND staged.action = 'update'
    AND staged.line BETWEEN %(first)s AND %(last)s AND NOT variant.attributes @> staged.attributes
"""

_MAKE_VARIANTS = """
INSERT INTO inventory_variant (product_id, sku, attributes, position, :columns)
SELECT product.id, staged.key, staged.attributes,
    (SELECT count(*) FROM inventory_variant AS sibling WHERE sibling.product_id = product.id)
        + row_number() OVER (PARTITION BY product.id ORDER BY staged.line) - 1, :defaults
FROM import_rows AS staged JOIN inventory_product AS product ON product.slug = staged.product
WHERE staged.reason = '' AND staged.action = 'create' AND staged.line BETWEEN %(first)s AND %(last)s
ORDER BY staged.line
"""

_SET_PRICES = """
INSERT INTO inventory_price (variant_id, currency, amount, updated_at, :columns)
SELECT variant.id, staged.currency, staged.amount, %(now)s::timestamptz, :defaults
FROM import_rows AS staged JOIN inventory_variant AS variant ON variant.sku = staged.key
WHERE staged.reason = '' AND staged.action <> 'same' AND staged.amount IS NOT NULL
    AND staged.line BETWEEN %(first)s AND %(last)s
ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, updated_at = excluded.updated_at
WHERE inventory_price.amount <> excluded.amount
"""

_ADD_BARCODES = """
INSERT INTO inventory_barcode (variant_id, code, :columns)
SELECT variant.id, code, :defaults
FROM import_rows AS staged JOIN inventory_variant AS variant ON variant.sku = staged.key
CROSS JOIN unnest(staged.barcodes) AS code
WHERE staged.reason = '' AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s
ON CONFLICT (code) DO NOTHING
"""

# Each statement with the models of the tables into which it inserts.
WRITE: tuple[tuple[str, tuple[type[Model], ...]], ...] = (
    (_UPDATE_PRODUCTS, ()),
    (_MAKE_PRODUCTS, (Product,)),
    (_UPDATE_VARIANTS, ()),
    (_MAKE_VARIANTS, (Variant,)),
    (_SET_PRICES, (Price,)),
    (_ADD_BARCODES, (Barcode,)),
)

MAKE_DRAFTS = """
WITH wanted AS (
    SELECT DISTINCT ON (upper(sku)) * FROM unnest(
        %(skus)s::text[], %(slugs)s::text[], %(names)s::jsonb[], %(amounts)s::bigint[], %(currencies)s::text[]
    ) WITH ORDINALITY AS wanted (sku, slug, name, amount, currency, place)
    WHERE NOT EXISTS (SELECT 1 FROM inventory_variant AS known WHERE upper(known.sku) = upper(wanted.sku))
    ORDER BY upper(sku), place
), placed AS (
    SELECT wanted.*, nextval(pg_get_serial_sequence('inventory_product', 'id')) AS product_id,
        row_number() OVER (PARTITION BY slug ORDER BY place) AS namesake
    FROM wanted
), named AS (
    SELECT placed.*, CASE
        WHEN namesake = 1 AND NOT EXISTS (SELECT 1 FROM inventory_product AS taken WHERE taken.slug = placed.slug)
        THEN slug ELSE slug || '-imported-' || product_id END AS own_slug
    FROM placed
), product AS (
    INSERT INTO inventory_product (id, slug, name, state, published_at, updated_at, :columns)
    SELECT product_id, own_slug, name, %(state)s::text, %(published_at)s::timestamptz, %(now)s::timestamptz, :defaults
    FROM named
), variant AS (
    INSERT INTO inventory_variant (product_id, sku, :columns)
    SELECT product_id, sku, :defaults FROM named
    RETURNING id, sku
), price AS (
    INSERT INTO inventory_price (variant_id, currency, amount, updated_at, :columns)
    SELECT variant.id, named.currency, named.amount, %(now)s::timestamptz, :defaults
    FROM named JOIN variant USING (sku) WHERE named.amount IS NOT NULL
)
SELECT 1 FROM variant
"""
