"""
Imports orders from other systems: read, checked, and stored as the shop's own.

profiles.py says what a file's cells mean; accounting.py decides, in the staging table, which lines are imported and
totals them; writing.py inserts the orders, returns.py their returns.
"""

from orders.services.history.importing import import_history
from orders.services.history.profiles import PROFILES

__all__ = ["PROFILES", "import_history"]
