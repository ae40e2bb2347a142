import io

from launcher.demo_rows import Picture, Row
from launcher.demo_table import LINE_BY_LINE, Table, summary


def row(stripe_id="in_1", state="ready", **more):
    known = {
        "number": "FVS-0001",
        "buyer": "Globex",
        "total": "123.00 PLN",
        "reason": "",
        "ksef_number": "",
        "has_upo": False,
    }
    return Row(filing=stripe_id, kind="invoice", stripe_id=stripe_id, state=state, **known | more)


def picture(*rows, events_waiting=0):
    return Picture(tuple(rows), events_waiting)


def test_plain_output_has_a_line_for_each_change_and_none_for_the_same_again(capsys):
    table = Table(io.StringIO(), redraw=False)

    for state in ("ready", "ready", "sent", "sent"):
        table.show(picture(row(state=state)))
    table.show(picture(row(state="receipted", ksef_number="5260309174-20261121-0100A0B0C0D0-4F", has_upo=True)))

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[6] for line in lines] == ["Queued", "Filing", "Filed"]
    assert lines[-1].endswith("5260309174-20261121-0100A0B0C0D0-4F   yes")


def test_a_held_document_shows_its_reason_where_the_number_would_stand(capsys):
    Table(io.StringIO(), redraw=False).show(picture(row(state="held", reason="buyer_nip_missing")))

    line = capsys.readouterr().out
    assert "Needs you" in line
    assert "buyer_nip_missing" in line


def test_many_documents_are_counted_instead_of_named(capsys):
    table = Table(io.StringIO(), redraw=False)
    rows = [row(f"in_{number}") for number in range(LINE_BY_LINE + 1)]

    table.show(picture(*rows))
    table.show(picture(*rows))

    assert capsys.readouterr().out.count("31 Queued") == 1


def test_a_terminal_table_is_drawn_over_itself():
    out = io.StringIO()
    table = Table(out, redraw=True)

    table.show(picture(row()))
    first = out.getvalue()
    table.show(picture(row(state="sent")))
    second = out.getvalue()[len(first) :]

    assert first.count("\n") == 3
    assert second.startswith("\x1b[3F")
    assert second.count("\n") == 3


def test_a_terminal_table_stays_shorter_than_the_terminal(monkeypatch):
    monkeypatch.setenv("LINES", "20")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()

    Table(out, redraw=True).show(picture(*(row(f"in_{number}") for number in range(500))))

    lines = out.getvalue().splitlines()
    assert len(lines) < 20
    assert all(len(line.replace("\x1b[2K", "")) < 80 for line in lines)
    assert "… and 486 more" in out.getvalue()


def test_the_summary_counts_what_waits_to_be_read():
    assert summary(picture()) == "no documents yet"
    assert summary(picture(row(), row("in_2", "held"), events_waiting=3)) == "1 Needs you, 1 Queued, 3 events to read"


def test_a_picture_is_at_rest_when_nothing_more_happens_by_itself():
    assert picture(row(state="receipted"), row("in_2", "held"), row("in_3", "excluded")).at_rest
    assert not picture(row(state="receipted"), events_waiting=1).at_rest
    assert not picture(row(state="accepted")).at_rest
