import pytest

from tests.peers.peers import PEERS, Peer, Unavailable, run_peer


@pytest.mark.slow
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_public_sdk_files_with_the_simulator(peer: Peer) -> None:
    try:
        steps = run_peer(peer)
    except Unavailable as reason:
        pytest.skip(str(reason))

    assert [f"{step.name}: {step.detail}" for step in steps if not step.passed] == []
    assert len(steps) >= 10
