"""Reading the environment, and finding parts by their folder."""
