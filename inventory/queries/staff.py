"""The rights of a member of staff, and their stores."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.rules.roles import may
from core.data import sql
from core.texts.translated import TranslatedText
from inventory.queries.availability import GeoPoint

_ASSIGNMENTS = """
SELECT assignment.role, location.id AS store_id, location.code, location.kind, location.time_zone, location.name,
       location.latitude, location.longitude, location.country_code
FROM inventory_staffassignment AS assignment
LEFT JOIN inventory_location AS location ON location.id = assignment.location_id
WHERE assignment.staff_id = %(staff_id)s
UNION ALL
SELECT NULL, id, code, kind, time_zone, name, latitude, longitude, country_code
FROM inventory_location WHERE code = %(wanted)s
"""
_STORES = """
SELECT code, name, city, street_address FROM inventory_location
WHERE is_active AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))
  AND (%(code)s = '' OR code = %(code)s)
  AND core_joined(concat_ws(' ', code, city, inventory_texts(name))) LIKE '%%' || core_joined(%(words)s::text) || '%%'
ORDER BY code LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Store:
    """The store (or warehouse) in which a member of staff works."""

    id: int
    code: str
    kind: str
    time_zone: str
    name: TranslatedText
    place: GeoPoint
    country: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role in one store, or in every store when store is None."""

    role: str
    store: Store | None


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff with all their assignments; a superuser has every right everywhere."""

    customer_id: int
    is_superuser: bool
    assignments: Sequence[Assignment]

    @property
    def is_staff(self) -> bool:
        """Return whether this person works for the shop at all."""
        return self.is_superuser or bool(self.assignments)

    @property
    def own_stores(self) -> list[Store]:
        """Return the stores to which this person is assigned by name."""
        return [assignment.store for assignment in self.assignments if assignment.store is not None]

    def role_in(self, store_id: int | None) -> str:
        """Return the role in a store: one for this store goes before one for every store; empty if there is none."""
        here = [
            assignment.role for assignment in self.assignments if assignment.store and assignment.store.id == store_id
        ]
        everywhere = [assignment.role for assignment in self.assignments if assignment.store is None]
        return next(iter(here + everywhere), "")

    def may(self, right: str, store_id: int | None = None) -> bool:
        """Return whether this person has a right in a store; without a store, whether they have it anywhere."""
        return self.is_superuser or any(
            may(assignment.role, right)
            for assignment in self.assignments
            if assignment.store is None or store_id is None or assignment.store.id == store_id
        )

    def stores_with(self, right: str) -> list[int] | None:
        """Return the ids of the stores in which this person has a right; None when that is every store."""
        holding = [assignment for assignment in self.assignments if may(assignment.role, right)]
        if self.is_superuser or any(assignment.store is None for assignment in holding):
            return None
        return [assignment.store.id for assignment in holding if assignment.store is not None]


def staff_with_store(*, customer_id: int, is_superuser: bool, wanted_code: str) -> tuple[Staff, Store | None]:
    """
    Return the assignments of a person, and the store of a code, in one statement.

    wanted_code: the code of the store that the person names; empty for none. The store is None if no location has that
    code. A person without an assignment comes back with none.
    """
    rows = sql.fetch_all(_ASSIGNMENTS, {"staff_id": customer_id, "wanted": wanted_code})
    wanted = next((_store(row) for row in rows if row["role"] is None), None)
    assignments = tuple(
        Assignment(row["role"], _store(row) if row["store_id"] else None) for row in rows if row["role"] is not None
    )
    return Staff(customer_id, is_superuser, assignments), wanted


def find_stores(*, ids: Sequence[int] | None, limit: int, words: str = "", code: str = "") -> list[sql.Row]:
    """
    Return the places in which people work, by code, in one statement: rows of code, name, city, street_address.
    Warehouses are included: parcels are packed there.

    ids: only these; None for every store. words: a part of the name in any language, of the code or of the city. code:
    only this one.
    """
    store_ids = None if ids is None else list(ids)
    return sql.fetch_all(_STORES, {"ids": store_ids, "words": words, "code": code, "limit": limit})


def _store(row: sql.Row) -> Store:
    return Store(
        id=row["store_id"],
        code=row["code"],
        kind=row["kind"],
        time_zone=row["time_zone"],
        name=row["name"],
        place=GeoPoint(row["latitude"], row["longitude"]),
        country=row["country_code"],
    )
