"""
Orders that another system took: read, checked, and kept as the shop's own.

profiles.py says what a file's cells mean; accounting.py decides, in the staging table, which lines are imported and
adds up what they come to; writing.py brings orders into the tables, returns.py what came back of them.
"""

from orders.services.history.importing import import_history
from orders.services.history.profiles import PROFILES

__all__ = ["PROFILES", "import_history"]
