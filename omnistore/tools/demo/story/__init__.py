"""The main job of the shop as a story over HTTP, told by `make demo`."""
