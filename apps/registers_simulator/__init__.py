"""Stands in for the public registers NBP, ECB, VIES and the White List, for demos and tests. A process of its own."""
