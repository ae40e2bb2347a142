"""Stripe's sums, in whole minor units: no floating point, no book, no clock."""
