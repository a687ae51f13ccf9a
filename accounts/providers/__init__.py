"""Services outside the shop that know about people and businesses."""
