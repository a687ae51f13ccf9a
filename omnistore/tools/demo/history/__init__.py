"""The demo's history: the orders of its last ninety days. Only the seeding imports it."""
