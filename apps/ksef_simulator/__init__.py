"""A strict stand-in for the KSeF 2.0 API: a process of its own for development, demo and tests."""
