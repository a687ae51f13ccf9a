"""Who does something, and through which door."""

from dataclasses import dataclass

WEB, APP, TILL, SYSTEM = "web", "app", "till", "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The origin of an act, recorded with everything it causes.

    channel: web, app, till, system, or partner:<name>. A value that is written down, never a branch in the code.
    customer_id: the signed-in person, when a shopper acts for himself. staff_id: the member of staff, when one acts.
    store_id, store_code: the store in which it happens; empty outside of stores.
    """

    channel: str
    customer_id: int | None = None
    staff_id: int | None = None
    store_id: int | None = None
    store_code: str = ""


THE_SYSTEM = Actor(channel=SYSTEM)
