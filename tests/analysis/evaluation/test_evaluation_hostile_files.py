"""T61, T62: kept evaluations and Parquet files that attack who reads them; at large they are in tests/hostile."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook import evaluate
from gini_notebook._guarded import Answer, Limits
from gini_notebook.analysis.evaluation import Evaluation, parquet_partitions, storage
from gini_notebook.analysis.evaluation.parquet_partitions import read_parquet
from gini_notebook.cli.analysis import extractions_of
from gini_notebook.errors import FileProblem, ReaderStopped, SchemaError
from tests.hostile.tables_and_archives import EVALUATIONS

TABLE = pd.DataFrame({"document": ["a", "b"], "field": ["iban", "iban"], "value": ["x", "y"]})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept.zip"
    evaluate(TABLE, TABLE).save(path)
    return path


def test_T61_what_an_evaluation_unpacks_to_is_measured_first(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MAX_RATIO", 0)
    for limit in ("MAX_BYTES", "MAX_CONTENTS_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(storage, limit, 100)
            with pytest.raises(SchemaError, match=r"kept\.zip is no evaluation: it unpacks to \d+ bytes"):
                Evaluation.load(kept)
    Evaluation.load(kept)


def test_T61_what_its_tables_need_in_memory_is_measured_first(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MAX_BYTES", 300)
    Evaluation.load(kept)
    monkeypatch.setattr(storage, "MAX_RATIO_IN_MEMORY", 0)
    with pytest.raises(SchemaError, match=r"its tables would need \d+ bytes of memory"):
        Evaluation.load(kept)


@pytest.mark.parametrize(
    ("name", "message"), [("lzma.zip", "packed in another way than"), ("short_column.zip", "a text is not numbered as")]
)
def test_T61_another_packing_or_numbering_is_refused(tmp_path: Path, name: str, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(EVALUATIONS[name]())
    with pytest.raises(SchemaError, match=message):
        Evaluation.load(path)


def test_T62_parquet_is_read_in_the_guarded_process_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    TABLE.to_parquet(path, row_group_size=1)
    import pyarrow.parquet

    def here(*_: object, **__: object) -> object:
        raise AssertionError("a file from outside was opened in this process")

    for name in ("ParquetFile", "read_table", "read_metadata", "ParquetDataset"):
        monkeypatch.setattr(pyarrow.parquet, name, here)
    monkeypatch.setattr(pd, "read_parquet", here)
    assert evaluate(path, path).summary().equals(evaluate(path, TABLE).summary())
    assert extractions_of(path).equals(TABLE)


def test_T62_a_parquet_file_that_stops_its_reader_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    TABLE.to_parquet(path)
    with monkeypatch.context() as patch:
        patch.setattr(parquet_partitions, "_UNPACKED", 10)
        patch.setattr(parquet_partitions, "_UNPACKED_PER_BYTE", 0)
        with pytest.raises(
            SchemaError, match=r"The extractions table cannot be read from .*t\.parquet: unpacks to more"
        ):
            read_parquet(path, "extractions")
    stopped = Answer(problem=ReaderStopped(Limits().too_much_computing))
    monkeypatch.setattr(parquet_partitions, "each", lambda *_: [stopped])
    with pytest.raises(SchemaError, match=r"t\.parquet cannot be read: needs more than 8 s of computing"):
        read_parquet(path, "extractions")


@pytest.mark.parametrize("answer", ["text", [b"x"], [b"x", "1"], [1, 1]])
def test_T62_a_reader_that_was_taken_over_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    path = tmp_path / "t.parquet"
    TABLE.to_parquet(path)
    monkeypatch.setattr(parquet_partitions, "each", lambda *_: [Answer(answer)])  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match=r"something else|cannot be read as Parquet"):
        read_parquet(path, "extractions")


def test_a_folder_without_files_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no file in it"):
        evaluate(tmp_path, TABLE)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'document,value\n"a'])
def test_T62_a_csv_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(
        FileProblem, match=r"t\.csv cannot be read as a table of extractions: .* Give a CSV file in UTF-8"
    ):
        extractions_of(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"document" + b",a" * 40_000, "its line 1 is longer than 65536 bytes"),
        (b"document,iban\na," + b"9" * 2_000_000, "its line 2 is longer than 1048576 bytes"),
        (b"PK\x03\x04\0\0\0", "its line 1 is no text"),
    ],
)
def test_T62_a_csv_of_lines_without_end_or_without_text_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(FileProblem, match=rf"t\.csv is no table of extractions: {what}\. Give a CSV file in UTF-8"):
        extractions_of(path)


def test_T62_a_packed_csv_is_not_unpacked_without_end(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"document,field,value\n" + b",,\n" * 10_000))
    with pytest.raises(FileProblem, match="Give a CSV file in UTF-8"):
        extractions_of(path)


def test_empty_rows_of_a_csv_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("document,field,value\n,,\na,iban,x\n,,\n", "utf-8")
    assert extractions_of(path)["value"].tolist() == ["x"]
