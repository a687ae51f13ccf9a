"""What is not the shop itself: its demo, its measurements, and the servers and processes of `make run`."""
