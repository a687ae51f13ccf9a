"""From whom goods are bought, and when they are bought again."""
