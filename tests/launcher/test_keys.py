import json
import stat

from launcher.keys import kept_keys, write_private


def test_keys_are_made_once_and_kept(tmp_path):
    first = kept_keys(tmp_path / "keys.json")

    assert kept_keys(tmp_path / "keys.json") == first
    assert len(set(first.values())) == len(first)


def test_a_key_that_a_newer_version_needs_is_added_and_the_others_stay(tmp_path):
    file = tmp_path / "keys.json"
    older = kept_keys(file)
    del older["vault"]
    file.write_text(json.dumps(older))

    newer = kept_keys(file)

    assert newer | older == newer
    assert newer["vault"].startswith("1:")


def test_only_this_user_may_read_the_keys_whatever_was_there_before(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text("{}")
    file.chmod(0o644)

    kept_keys(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_private_file_left_half_written_by_a_crash_is_replaced(tmp_path):
    (tmp_path / "run.env.new").write_text("half")

    write_private(tmp_path / "run.env", "whole")

    assert (tmp_path / "run.env").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["run.env"]
