"""The simulator's own API under /control, in JSON: scenarios, load, trouble, clock, report."""
