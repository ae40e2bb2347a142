"""Invoice schemas are compiled whole while other threads of the process parse."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PROCESSES = 10
# lxml keeps its way of finding imports once for the process; only the first compilations of a process can lose it to a
# parser elsewhere. Most of these processes did when imports were found by a resolver.
WHILE_ANOTHER_THREAD_PARSES = """
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Thread
from lxml import etree
{imports}
is_over = Event()

def parse_on():
    while not is_over.is_set():
        etree.fromstring("<a>" + "<b>c</b>" * 100 + "</a>")

other = Thread(target=parse_on)
other.start()
try:
    for turn in range(20):
        {compilation}
finally:
    is_over.set()
    other.join()
"""


@pytest.mark.parametrize(
    ("imports", "compilation"),
    [
        pytest.param(
            "from apps.fa3.schema import FA3, validate_xml",
            "validate_xml(b'<a/>', schema=replace(FA3, version=str(turn)))",
            id="what we file",
        ),
        pytest.param(
            "from apps.ksef_simulator.sending.forms import FA3, schema_of",
            "with ThreadPoolExecutor(1) as new: new.submit(schema_of, FA3).result()",
            id="what the simulator takes",
        ),
    ],
)
def test_a_schema_is_compiled_whole_while_another_thread_parses(imports: str, compilation: str) -> None:
    script = WHILE_ANOTHER_THREAD_PARSES.format(imports=imports, compilation=compilation)
    runs = [
        subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]

    assert [(run.communicate()[1], run.returncode) for run in runs] == [("", 0)] * PROCESSES
