from launcher.places import ELSEWHERE, TOOLS, kept_folder


def test_documents_for_another_ksef_or_from_another_stripe_lie_apart(monkeypatch):
    for name in ("KSEFKIT_LOCAL", *ELSEWHERE):
        monkeypatch.delenv(name, raising=False)
    usual = kept_folder()

    monkeypatch.setenv("KSEF_LOCAL_URL", "http://127.0.0.1:8090/v2")
    other_ksef = kept_folder()
    monkeypatch.setenv("STRIPE_LOCAL_URL", "http://127.0.0.1:12111")
    other_both = kept_folder()

    assert usual == TOOLS
    assert len({usual, other_ksef, other_both}) == 3
    assert kept_folder() == other_both


def test_a_named_folder_is_taken_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("KSEFKIT_LOCAL", str(tmp_path))

    assert kept_folder() == tmp_path
