"""SQL, the database back end, imports and invariants. The lowest room of core."""
