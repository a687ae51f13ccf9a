"""Who does something, and on which channel."""

from dataclasses import dataclass

WEB, APP, TILL, SYSTEM = "web", "app", "till", "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The origin of an action, recorded with everything the action causes.

    channel: web, app, till, system, or partner:<name>. It is recorded; no code branches on it. customer_id: the
    signed-in person, when shoppers act for themselves. staff_id: the member of staff, when one acts.
    store_id, store_code: the store where it happens; empty outside stores.
    """

    channel: str
    customer_id: int | None = None
    staff_id: int | None = None
    store_id: int | None = None
    store_code: str = ""


THE_SYSTEM = Actor(channel=SYSTEM)
