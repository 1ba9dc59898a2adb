from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.core.differences import Row, differences

TEXTS = st.lists(st.sampled_from(["", "one", "two", "one two", "three"]), max_size=20).map("\n".join)


def told(rows: list[Row]) -> list[str]:
    return [f"{row.sign}{''.join(piece.text for piece in row.pieces)}" for row in rows if row.kind != "skipped"]


def test_nothing_is_said_of_equal_texts() -> None:
    assert differences("a\r\nb", "a\nb") == []


def test_an_edited_line_shows_its_changed_words_only() -> None:
    removed, added = differences("Paiement à 30 jours", "Paiement à 45 jours")
    assert [piece.text for piece in removed.pieces if piece.changed] == ["30"]
    assert [piece.text for piece in added.pieces if piece.changed] == ["45"]


def test_unlike_lines_are_shown_as_a_whole() -> None:
    rows = differences("Chèque à nous faire parvenir", "<p>{{ invoice.number }}</p>")
    assert not any(piece.changed for row in rows for piece in row.pieces)


def test_what_is_far_from_a_change_is_left_out_and_counted() -> None:
    before = "\n".join(map(str, range(100)))
    rows = differences(before, before.replace("\n50\n", "\nfifty\n"))
    assert [row.count for row in rows if row.kind == "skipped"] == [47, 46]
    assert told(rows) == ["47", "48", "49", "−50", "+fifty", "51", "52", "53"]


def test_lines_keep_their_numbers_in_both_versions() -> None:
    rows = differences("a\nb\nc", "a\nx\ny\nc")
    assert [(row.kind, row.old, row.new) for row in rows] == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("added", None, 2),
        ("added", None, 3),
        ("same", 3, 4),
    ]


@given(TEXTS, TEXTS)
def test_whoever_follows_the_differences_gets_the_new_text(old: str, new: str) -> None:
    rows = differences(old, new, context=100)
    if not rows:
        assert old.splitlines() == new.splitlines()
        return
    text = ["".join(piece.text for piece in row.pieces) for row in rows]
    kinds = [row.kind for row in rows]
    pairs = list(zip(kinds, text, strict=True))
    assert [line for kind, line in pairs if kind != "added"] == old.splitlines()
    assert [line for kind, line in pairs if kind != "removed"] == new.splitlines()
