"""The demo shop: its goods, places and people as data, the pictures drawn for them, and the loader that seeds them."""
