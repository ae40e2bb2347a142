"""The simulator's page at /: a person can play Stripe with buttons, on a desktop or a phone, without scripts."""
