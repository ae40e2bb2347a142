"""The registers simulator over HTTP, in a thread."""

import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from werkzeug.serving import make_server

from apps.registers_simulator.app import application


@pytest.fixture
def registers(settings: Settings) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.port}"
    settings.NBP_URL, settings.ECB_URL = f"{base}/nbp", f"{base}/ecb"
    settings.VIES_URL, settings.WHITE_LIST_URL = f"{base}/vies", f"{base}/wl"
    yield base
    server.shutdown()
    thread.join()
    server.server_close()
