"""Reading costs and turning them into figures and ratios."""
