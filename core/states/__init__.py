"""Which state may follow which, who writes it, and the triggers that guard it."""
