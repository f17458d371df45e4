from imapbridge.wire.short_cache import LONGEST, short_cache


def test_only_short_keys_are_kept():
    calls = []

    @short_cache(2)
    def size(key: bytes) -> int:
        calls.append(key)
        return len(key)

    for key in (b"a", b"a", b"x" * LONGEST, b"x" * LONGEST, b"x" * (LONGEST + 1), b"x" * (LONGEST + 1)):
        assert size(key) == len(key)
    assert list(map(len, calls)) == [1, LONGEST, LONGEST + 1, LONGEST + 1]
