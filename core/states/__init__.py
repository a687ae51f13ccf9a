"""Which state may follow which, who writes it, and the triggers that guard it. Every app may import it."""
