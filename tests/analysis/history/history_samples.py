"""Runs of other documents each night, for the tests of histories."""

from dataclasses import replace

from gini_notebook.analysis.evaluation import Evaluation
from tests.analysis.report.report_samples import graded


def night(number: int, wrong: int = 3, documents: int = 60, service: str = "service") -> Evaluation:
    """Evaluate the documents of a night, of which so many have a wrong amount."""
    whole = graded(documents, wrong=wrong, failed=2, service=service)

    def renamed(names: object) -> object:
        return names.astype(str) + f"-{number}"

    return replace(
        whole,
        documents=whole.documents.assign(document=renamed(whole.documents["document"])),
        comparisons=whole.comparisons.assign(document=renamed(whole.comparisons["document"])),
        provenance={
            **whole.provenance,
            "run": f"night {number}",
            "made_at": f"2026-01-{number + 1:02}T10:00:00+00:00",
            "extractions_hash": f"{number}",
        },
    )
