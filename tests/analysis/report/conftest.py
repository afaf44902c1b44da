"""Evaluations the tests of the reports share; they are frozen, so one of each is enough."""

import pytest

from gini_notebook.analysis.evaluation import Evaluation
from tests.analysis.report.report_samples import hostile, sample


@pytest.fixture(scope="session")
def result() -> Evaluation:
    return sample()


@pytest.fixture(scope="session")
def hostile_result() -> Evaluation:
    return hostile()
