"""How the newest API version writes each object; `versions` turns that into older shapes."""
