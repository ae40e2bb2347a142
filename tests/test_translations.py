"""Every text has its Polish, and the compiled catalogues are fresh."""

import pytest

from tools.translations import Room, check, rooms


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.folder.name)
def test_every_text_of_a_room_has_its_polish(room: Room) -> None:
    assert check(room) == []
