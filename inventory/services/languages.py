"""Database indexes for each language of the shop."""

from django.conf import settings
from django.db import connection, transaction

_CAN_SORT = "SELECT to_regprocedure('public.inventory_sort_name(jsonb, text)') IS NOT NULL"
_INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'inventory_product'"
_INDEX = """CREATE INDEX {name} ON inventory_product ((inventory_sort_name(name, '{language}') COLLATE "C"), id)
WHERE state = 'published'"""


@transaction.atomic
def index_names() -> None:
    """
    Index the names of products in each language without an index, so that lists by name read in its order.

    Called after every migrate. It blocks writes to products while an index is built, which takes seconds for 100,000 of
    them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CAN_SORT)
        if not cursor.fetchone()[0]:
            return  # The database is migrated to an earlier state, without the catalogue.
        cursor.execute(_INDEXES)
        known = {name for (name,) in cursor.fetchall()}
        for language, _name in settings.LANGUAGES:
            name = f"product_by_name_{language.replace('-', '_').lower()}"
            if name not in known:
                cursor.execute(_INDEX.format(name=name, language=language))
