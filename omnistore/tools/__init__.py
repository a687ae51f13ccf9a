"""What is not the shop itself: demo, benchmark, servers and supervisor. No app imports it; commands and settings do."""
