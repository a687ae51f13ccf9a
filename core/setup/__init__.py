"""Reading the environment, and finding parts by their folder. Every module may import it, the settings too."""
