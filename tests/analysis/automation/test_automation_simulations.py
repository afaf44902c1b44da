"""How often rules are certified that should not be, and how often those that should."""

import numpy as np
import pytest

from gini_notebook.analysis.automation.sequence import CERTIFIED, Outcomes, stages_of

KEEP = np.array([0.3, 0.4, 0.5, 0.6, 0.7])


def nested(random, documents, errors):
    """Draw documents of five nested rules: what rule 1 keeps has the first error, what rule 2 adds the second, …"""
    stratum = np.searchsorted(KEEP, random.random(documents), side="right")
    of = np.append(errors, 0.5)
    kept = stratum[:, None] <= np.arange(len(KEEP))
    return Outcomes(kept, np.ones(documents, dtype=bool), random.random(documents) < of[stratum])


def layers(errors):
    """Return the error of what each rule adds, so that the errors of the rules are these."""
    return np.diff(np.append(0, KEEP * errors)) / np.diff(np.append(0, KEEP))


def certified(random, documents, errors, runs, target=0.99):
    """Return the share of runs in which a rule was certified."""
    found = 0
    for _ in range(runs):
        found += any(stage.status == CERTIFIED for stage in stages_of(nested(random, documents, errors), target))
    return found / runs


@pytest.mark.slow
@pytest.mark.parametrize("documents", [500, 1_000, 2_000])
def test_rules_just_beyond_the_allowed_error_are_rarely_certified(documents):
    share = certified(np.random.default_rng(documents), documents, layers(np.full(5, 0.0101)), 2_000)
    assert share <= 0.065


@pytest.mark.slow
def test_a_good_rule_is_found_among_five():
    share = certified(np.random.default_rng(1), 1_000, layers(np.array([0.001, 0.001, 0.0012, 0.0027, 0.0066])), 2_000)
    assert share >= 0.70


@pytest.mark.slow
def test_one_rule_with_a_tenth_of_the_allowed_error_is_nearly_always_shown():
    random = np.random.default_rng(2)
    everything = np.ones((474, 1), dtype=bool)
    shown = [
        stages_of(Outcomes(everything, everything[:, 0], random.random(474) < 0.001), 0.99)[0].status == CERTIFIED
        for _ in range(2_000)
    ]
    assert np.mean(shown) >= 0.90


def by_issuer(random, issuers, wrong):
    """Return issuers of 50 documents, each wrong altogether with this probability."""
    of = np.repeat(np.arange(issuers), 50)
    mistaken = (random.random(issuers) < wrong)[of]
    everything = np.ones((len(of), 1), dtype=bool)
    return everything, mistaken, of


@pytest.mark.slow
@pytest.mark.parametrize(("issuers", "target"), [(20, 0.86), (60, 0.95)])
def test_where_issuers_fail_together_the_bound_of_issuers_holds_and_that_of_documents_does_not(issuers, target):
    random = np.random.default_rng(issuers)
    shares = dict.fromkeys((False, True), 0)
    runs = 2_000
    for _ in range(runs):
        everything, mistaken, of = by_issuer(random, issuers, 1 - target + 0.0005)
        for by_cluster in shares:
            outcomes = Outcomes(everything, everything[:, 0], mistaken, of, by_cluster=by_cluster)
            shares[by_cluster] += stages_of(outcomes, target)[0].status == CERTIFIED
    clusters, documents = shares[True] / runs, shares[False] / runs
    assert clusters <= 0.065
    assert documents > 0.065
