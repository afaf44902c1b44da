"""Row matching against every possible pairing of small tables, and its laws."""

import itertools
import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from scipy.optimize import linear_sum_assignment

from gini_notebook.analysis.matching import Cells, RowMatching, assignment, match_rows
from gini_notebook.errors import SettingError

VALUES = ["hat", "hut", "hood", "10.00:EUR", "10.01:EUR", "1", "2"]

Row = tuple[int | None, ...]
Table = Sequence[Row]
Pairing = tuple[tuple[int, int], ...]

cell = st.one_of(st.none(), st.integers(0, len(VALUES) - 1))
row = st.tuples(cell, cell, cell).filter(lambda cells: any(value is not None for value in cells))
table = st.lists(row, max_size=4)


def cells_of(tables: Sequence[Table], numbers: Sequence[int] = tuple(range(10_000))) -> Cells:
    entries = [
        (document, numbers[number], column, value)
        for document, rows in enumerate(tables)
        for number, line in enumerate(rows)
        for column, value in enumerate(line)
        if value is not None
    ]
    columns = np.array(entries, dtype=np.int64).reshape(-1, 4).T
    return Cells(*columns)


def pairs_of(truth: Cells, matching: RowMatching, document: int = 0) -> Pairing:
    here = truth.document == document
    found = zip(truth.row[here].tolist(), matching.row_extracted[here].tolist(), strict=True)
    return tuple(sorted({(one, other) for one, other in found if other >= 0}))


def match(truth: Table, extracted: Table, **options: object) -> Pairing:
    mine, theirs = cells_of([truth]), cells_of([extracted])
    matching = match_rows(mine, theirs, VALUES, **options)  # type: ignore[arg-type]
    pairs = pairs_of(mine, matching)
    back = zip(theirs.row.tolist(), matching.row_truth.tolist(), strict=True)
    assert tuple(sorted({(other, one) for one, other in back if other >= 0})) == pairs
    return pairs


def pairings(truth: Table, extracted: Table) -> Iterator[Pairing]:
    """Every one-to-one choice of pairs."""
    size = min(len(truth), len(extracted))
    for count in range(size + 1):
        for rows in itertools.combinations(range(len(truth)), count):
            for others in itertools.permutations(range(len(extracted)), count):
                yield tuple(zip(rows, others, strict=True))


def equal_cells(one: Row, other: Row) -> int:
    return sum(a is not None and a == b for a, b in zip(one, other, strict=True))


def likeness(one: Row, other: Row) -> int:
    return sum(
        round(1e6 * Levenshtein.normalized_similarity(VALUES[a], VALUES[b]))
        for a, b in zip(one, other, strict=True)
        if a is not None and b is not None and a != b
    )


def score(truth: Table, extracted: Table, pairing: Pairing) -> tuple[int, ...]:
    """The four sums, in the order in which they count."""
    return (
        sum(equal_cells(truth[i], extracted[j]) for i, j in pairing),
        sum(likeness(truth[i], extracted[j]) for i, j in pairing),
        -sum(abs(i - j) for i, j in pairing),
        sum((len(truth) - i) * (len(extracted) - j) for i, j in pairing),
    )


def best(truth: Table, extracted: Table) -> tuple[int, ...]:
    """The best score by trying everything: first the identical rows, then all others."""
    identical = max(sum(truth[i] == extracted[j] for i, j in pairing) for pairing in pairings(truth, extracted))
    return max(
        score(truth, extracted, pairing)
        for pairing in pairings(truth, extracted)
        if sum(truth[i] == extracted[j] for i, j in pairing) == identical
        and all(equal_cells(truth[i], extracted[j]) for i, j in pairing)
    )


@given(table, table)
@settings(max_examples=400, deadline=None)
def test_no_pairing_has_more_equal_cells(truth: Table, extracted: Table) -> None:
    found = match(truth, extracted)
    most = max(score(truth, extracted, pairing)[0] for pairing in pairings(truth, extracted))
    assert score(truth, extracted, found)[0] == most
    assert all(equal_cells(truth[i], extracted[j]) for i, j in found)


distinct = st.lists(row, max_size=4, unique=True)


@given(distinct, distinct)
@settings(max_examples=400, deadline=None)
def test_ties_are_decided_in_the_documented_order(truth: Table, extracted: Table) -> None:
    found = match(truth, extracted)
    assert score(truth, extracted, found) == best(truth, extracted)


@given(distinct, distinct)
@settings(max_examples=200, deadline=None)
def test_solving_by_stages_gives_the_same(truth: Table, extracted: Table) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "_EXACT", 0)
        found = match(truth, extracted)
    assert score(truth, extracted, found) == best(truth, extracted)


@given(st.lists(st.tuples(table, table), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_documents_do_not_meet_and_the_order_of_cells_does_not_matter(
    documents: list[tuple[Table, Table]], shuffle: random.Random
) -> None:
    truth, extracted = (cells_of(side) for side in zip(*documents, strict=True))
    alone = [match(*document) for document in documents]
    together = match_rows(truth, extracted, VALUES)
    assert [pairs_of(truth, together, document) for document in range(len(documents))] == alone
    order = list(range(len(truth.row)))
    shuffle.shuffle(order)
    shuffled = Cells(*(column[order] for column in (truth.document, truth.row, truth.column, truth.value)))
    assert match_rows(shuffled, extracted, VALUES).row_extracted.tolist() == together.row_extracted[order].tolist()


@given(st.lists(row, min_size=1, max_size=12))
@settings(deadline=None)
def test_identical_tables_match_row_by_row(rows: Table) -> None:
    assert match(rows, rows) == tuple((number, number) for number in range(len(rows)))


@given(table, table)
@settings(max_examples=100, deadline=None)
def test_swapping_the_sides_keeps_the_number_of_equal_cells(truth: Table, extracted: Table) -> None:
    there, back = match(truth, extracted), match(extracted, truth)
    assert score(truth, extracted, there)[:3] == score(extracted, truth, back)[:3]


def test_of_copies_the_closest_are_paired() -> None:
    hat, other = (0, None, None), (1, None, None)
    assert match([hat, other, other, hat], [other, other, other, hat]) == ((1, 1), (2, 2), (3, 3))
    assert match([hat, hat], [other, other, hat, hat, hat]) == ((0, 2), (1, 3))


def test_rows_without_an_equal_cell_stay_alone() -> None:
    assert match([(0, 3, 5)], [(1, 4, 6)]) == ()


def test_similarity_decides_between_rows_with_as_many_equal_cells() -> None:
    assert match([(0, None, 5)], [(2, None, 5), (1, None, 5)]) == ((0, 1),)


def test_very_long_values_do_not_stall_the_matching() -> None:
    values = ["hat", "x" * 10**6, "y" * 10**6, "xy" * 10**6]
    truth, extracted = cells_of([[(0, 1)]]), cells_of([[(0, 2), (0, 3)]])
    assert pairs_of(truth, match_rows(truth, extracted, values)) == ((0, 1),)


def test_a_large_component_is_solved_exactly_with_all_its_ties() -> None:
    """A column that is the same everywhere connects all rows; nearness must decide, in stages."""
    rows = [(number, 6, 6) for number in range(60)]
    others = [(100 + number, 6, 6) for number in range(60)]
    values = [*VALUES, *["x"] * 200]
    truth, extracted = cells_of([rows]), cells_of([others])
    assert assignment._packed([np.array([9]), np.array([10**6]), np.array([60]), np.array([3600])], 60) is None
    assert pairs_of(truth, match_rows(truth, extracted, values)) == tuple((n, n) for n in range(60))


@pytest.mark.parametrize("seed", range(20))
def test_larger_tables_agree_with_one_plain_assignment(seed: int) -> None:
    """Neither pairing identical rows first, nor the certain pairs, nor the cut into components costs a cell."""
    draw = random.Random(seed)
    truth, extracted = (
        [tuple(draw.randrange(2 + draw.randrange(6)) for _ in range(3)) for _ in range(draw.randint(15, 30))]
        for _ in range(2)
    )
    table = np.array([[equal_cells(one, other) for other in extracted] for one in truth])
    most = table[linear_sum_assignment(table, maximize=True)].sum()
    found = match(truth, extracted)
    assert score(truth, extracted, found)[0] == most
    assert all(table[i, j] for i, j in found)


def test_key_columns_must_agree() -> None:
    truth, extracted = [(0, 3, 5), (1, 4, None)], [(1, 3, 5), (2, None, 6)]
    assert match(truth, extracted) == ((0, 0),)
    assert match(truth, extracted, key=[0]) == ((1, 0),)


def test_rows_that_lack_the_key_are_matched_among_themselves() -> None:
    assert match([(None, 3, 5)], [(0, 3, 5), (None, 3, 6)], key=[0]) == ((0, 1),)


def test_weights_change_what_an_equal_cell_counts() -> None:
    truth, extracted = [(0, 3, 5)], [(0, 4, 6), (1, 3, 5)]
    assert match(truth, extracted) == ((0, 1),)
    assert match(truth, extracted, weights={0: 2.5}) == ((0, 0),)


def test_strict_order_pairs_equal_row_numbers_whatever_they_hold() -> None:
    truth, extracted = [(0, 3, 5), (1, 4, 6)], [(1, 4, 6), (0, 3, 5), (2, 2, 2)]
    assert match(truth, extracted) == ((0, 1), (1, 0))
    assert match(truth, extracted, order="strict") == ((0, 0), (1, 1))


def test_row_numbers_may_have_gaps_and_be_huge() -> None:
    truth = cells_of([[(0, 3, 5), (1, 4, 6)]], numbers=[10, 2**62])
    extracted = cells_of([[(1, 4, 6), (0, 3, 5)]], numbers=[7, 2**61])
    assert pairs_of(truth, match_rows(truth, extracted, VALUES)) == ((10, 2**61), (2**62, 7))
    strict = match_rows(truth, cells_of([[(1, 4, 6)]], numbers=[2**62]), VALUES, order="strict")
    assert pairs_of(truth, strict) == ((2**62, 2**62),)


def test_a_tolerance_counts_as_equal() -> None:
    truth, extracted = [(None, 3, None)], [(None, 4, None)]
    calls: list[tuple[int, int]] = []

    def within_a_cent(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        calls.extend(zip(one.tolist(), other.tolist(), strict=True))
        return np.full(len(one), True)

    assert match(truth, extracted) == ()
    assert match(truth, extracted, equal=within_a_cent) == ((0, 0),)
    assert set(calls) == {(3, 4)}


def test_tables_beyond_the_limit_are_solved_greedily_and_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gini_notebook.analysis.matching.candidate_pairs.LARGEST", 3)
    monkeypatch.setattr("gini_notebook.analysis.matching.matching.LARGEST", 3)
    small, large = [(0, 3, 5)], [(0, 3, 5), (0, 3, 6), (2, None, 5)]
    other = [(2, None, 6), (0, 3, None), (0, 4, 5)]
    truth, extracted = cells_of([small, large]), cells_of([[(0, 4, 5)], other])
    matching = match_rows(truth, extracted, VALUES)
    assert matching.approximate.tolist() == [1]
    assert pairs_of(truth, matching, 0) == ((0, 0),)
    # Five equal cells would be possible, with the second best for the first row.
    assert pairs_of(truth, matching, 1) == ((0, 1), (1, 0), (2, 2))


def test_too_many_copies_are_paired_in_order_and_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gini_notebook.analysis.matching.matching.LARGEST", 3)
    truth, extracted = cells_of([[(0, 3, 5)] * 2]), cells_of([[(0, 3, 5)] * 3])
    matching = match_rows(truth, extracted, VALUES)
    assert matching.approximate.tolist() == [0]
    assert pairs_of(truth, matching) == ((0, 0), (1, 1))


@pytest.mark.parametrize(("truth", "extracted"), [([], []), ([[(0, 3, 5)]], []), ([], [[(0, 3, 5)]])])
def test_a_side_may_be_empty(truth: list[Table], extracted: list[Table]) -> None:
    matching = match_rows(cells_of(truth), cells_of(extracted), VALUES)
    assert matching.row_extracted.tolist() == [-1] * sum(len(line) for rows in truth for line in rows)
    assert matching.row_truth.tolist() == [-1] * sum(len(line) for rows in extracted for line in rows)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(SettingError, match="order is 'random'; it must be 'content' or 'strict'"):
        match([], [], order="random")


@pytest.mark.parametrize("options", [{"key": [0]}, {"weights": {0: 2.0}}])
def test_strict_order_takes_no_options(options: dict[str, object]) -> None:
    with pytest.raises(SettingError, match="takes neither key nor weights"):
        match([], [], order="strict", **options)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), 1e6])
def test_weights_must_make_sense(weight: float) -> None:
    with pytest.raises(SettingError, match=r"The weight of column 1 is .*; it must be between 0.001 and 1000"):
        match([], [], weights={1: weight})


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(SettingError, match=r"must be of one length; they have \[1, 2\] entries"):
        Cells(np.zeros(1, int), np.zeros(2, int), np.zeros(1, int), np.zeros(1, int))


def test_negative_row_numbers_are_refused() -> None:
    with pytest.raises(SettingError, match="Row numbers must be 0 or more; there is a -1"):
        Cells(np.zeros(1, int), np.array([-1]), np.zeros(1, int), np.zeros(1, int))
