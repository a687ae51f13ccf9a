"""The people who may sign in to the demo shop."""

DEMO_PASSWORD = "omnistore-demo"  # noqa: S105  # Published on purpose; the demo holds nobody's data.
DEMO_LOGINS = {
    "shopper@example.com": "a customer",
    "clerk@example.com": "sells and hands over in a store",
    "warehouse@example.com": "packs parcels in a warehouse",
    "manager@example.com": "runs a store",
    "head@example.com": "head office",
    "admin@example.com": "may do everything",
}
