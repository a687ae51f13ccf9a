"""No index that another makes superfluous: each costs every insert, and every update that touches it."""

import inspect

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

# An index whose columns are the first columns of another one on the same table.
REPEATED = """
SELECT one.indrelid::regclass::text, one.indexrelid::regclass::text, other.indexrelid::regclass::text
FROM pg_index AS one
JOIN pg_index AS other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
JOIN pg_class AS relation ON relation.oid = one.indrelid AND relation.relnamespace = 'public'::regnamespace
CROSS JOIN LATERAL (SELECT one.indnkeyatts - 1 AS last) AS columns
WHERE NOT one.indisunique AND one.indpred IS NULL AND one.indexprs IS NULL
  AND other.indpred IS NULL AND other.indexprs IS NULL
  AND (other.indkey::int[])[0:last] = (one.indkey::int[])[0:last]
  AND (other.indclass::oid[])[0:last] = (one.indclass::oid[])[0:last]
  AND (NOT other.indnkeyatts = one.indnkeyatts OR other.indisunique OR other.indexrelid < one.indexrelid)
ORDER BY 1, 2
"""


@pytest.mark.django_db
def test_no_index_repeats_the_beginning_of_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPEATED)
        rows = cursor.fetchall()
    # Tables that Django makes by itself (many to many) and those of libraries have the indexes they were given.
    ours = {model._meta.db_table for model in apps.get_models() if not in_a_library(model)}
    assert not [f"{index}: {other} begins with it" for table, index, other in rows if table in ours]


def in_a_library(model: type[Model]) -> bool:
    return "site-packages" in (inspect.getsourcefile(model) or "site-packages")
