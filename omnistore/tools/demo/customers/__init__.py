"""The people of the demo, with what they own."""
