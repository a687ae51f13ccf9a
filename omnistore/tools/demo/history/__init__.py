"""The demo's past: what happened to the orders of its last ninety days."""
