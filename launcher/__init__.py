"""Starts and checks KSeF Kit on a bare machine: `make run`, `make demo`, `make test`.

Every module here needs only the standard library, except `demo*`, which run once the packages are installed.
"""
