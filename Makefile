# Everything is done by the launcher, which needs only Python 3.11 or newer and pip.
PYTHON ?= python3

.PHONY: run demo test lint coverage bench chaos services

run demo lint coverage bench chaos services:
	@$(PYTHON) -m launcher $@ $(ARGS)

test:
	@$(PYTHON) -m launcher test $(ARGS) $(TEST_ARGS)
