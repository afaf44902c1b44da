"""Drop one rule after the other from a copy of the code, and see which test notices.

Usage: python benchmarks/mutants.py [--only TEXT]

A mutant is one change of the text of one file, and the test that must fail then, which bears the promise in its name.
Each of the tests is run on the unchanged copy first. Prints a table; exits with 1 when a rule can be dropped unnoticed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent.parent
CLIENT, BATCH = "tests/service/client/", "tests/service/batch/"
WIRE = CLIENT + "test_outcome_table_on_the_wire.py"


class Mutant(NamedTuple):
    """A rule, the change that drops it, and the test that notices."""

    rule: str
    file: str
    before: str
    after: str
    tests: str
    named: str


MUTANTS = (
    Mutant(
        "an answer counts from the blank line on",
        "service/transport/connections.py",
        'if not line.endswith(b"\\n") and',
        "if False and",
        WIRE,
        "test_R28_a_header_block_cut_at_any_byte_is_no_answer",
    ),
    Mutant(
        "interim answers are read over",
        "service/transport/connections.py",
        "while 100 <= self.status < 200:",
        "while 100 <= self.status < 101:",
        WIRE,
        "test_R5_R28_interim_answers_are_read_over",
    ),
    Mutant(
        "what our own deadline has cut is no answer",
        "service/transport/transport.py",
        "if guard.expired:\n            # The end",
        "if False:\n            # The end",
        WIRE,
        "test_R28_an_answer_without_a_length_that_our_deadline_cuts_is_none",
    ),
    Mutant(
        "a page of HTML does not say done",
        "service/wire/answers.py",
        "    if answer.body.strip():\n        _read(",
        "    if False:\n        _read(",
        WIRE,
        "test_R5_bodies_that_the_service_may_send_are_believed",
    ),
    Mutant(
        "an address at another host names no document",
        "service/wire/environments.py",
        "odd or not known_host or not known_path",
        "odd or not known_path",
        WIRE,
        "test_R5_R8_R28_R30_R31_a_cell_of_the_table and foreign",
    ),
    Mutant(
        "an address at another host names no document of a run",
        "service/wire/environments.py",
        "odd or not known_host or not known_path",
        "odd or not known_path",
        BATCH + "test_foreign_location.py",
        "test_R5_R28_T13_a_run_follows_no_foreign_address_and_finds_the_document_in_the_list",
    ),
    Mutant(
        "an address with a query names no document",
        "service/wire/environments.py",
        " or parts.query or parts.fragment\n",
        "\n",
        CLIENT + "test_links_and_addresses.py",
        "test_T13_foreign_and_malformed_addresses_are_refused",
    ),
    Mutant(
        "a closed client raises its sentence",
        "service/client.py",
        "if self._closed.is_set():\n                raise LoginRequired(CLOSED)",
        "if False:\n                raise LoginRequired(CLOSED)",
        CLIENT + "test_client_life.py",
        "test_R32_closing_a_derived_client_leaves_its_parent_as_it_was",
    ),
    Mutant(
        "a closed transport raises its sentence",
        "service/transport/transport.py",
        "if self._closed.is_set():\n                raise LoginRequired(CLOSED)",
        "if False:\n                raise LoginRequired(CLOSED)",
        CLIENT + "test_client_life.py",
        "test_R32",
    ),
    Mutant(
        "a derived client does not close its parent's connections",
        "service/client.py",
        "if not self._derived:",
        "if True:",
        CLIENT + "test_client_life.py",
        "test_R32_closing_a_derived_client_leaves_its_parent_as_it_was",
    ),
    Mutant(
        "a derived client is closed by itself",
        "service/client.py",
        "_closed=threading.Event(), ",
        "",
        CLIENT + "test_client_life.py",
        "test_R32_closing_a_derived_client_leaves_its_parent_as_it_was",
    ),
    Mutant(
        "idle connections are not used again",
        "service/transport/connections.py",
        "LONGEST_IDLE_S = 30.0",
        "LONGEST_IDLE_S = 3000.0",
        CLIENT + "test_client_life.py",
        "test_R33_a_connection_that_a_router_has_forgotten_costs_no_read_timeout",
    ),
    Mutant(
        "429 is no failed attempt of a call",
        "service/transport/transport.py",
        "if outcome is Outcome.WAIT:",
        "if False:",
        WIRE,
        "test_R31_slow_down_is_no_failed_attempt",
    ),
    Mutant(
        "429 is no failed attempt of a document",
        "service/batch/run_context.py",
        "{Observation.NEVER_SENT, Observation.ASKED_TO_WAIT, Observation.UNAVAILABLE}",
        "{Observation.NEVER_SENT}",
        BATCH + "test_lag_and_limits.py",
        "test_R31_refusals_that_ask_to_wait_are_no_failed_attempts",
    ),
    Mutant(
        "nobody calls before the time the service asks for",
        "service/batch/run_context.py",
        "        self.pace.pause(",
        "        (lambda *_: None)(",
        BATCH + "test_scheduler.py",
        "test_R6_nobody_calls_before_the_time_the_service_has_asked_for",
    ),
    Mutant(
        "a document that was just named may be late",
        "service/batch/run_context.py",
        "named_lately=any(map(self.is_new, documents))",
        "named_lately=False",
        BATCH + "test_lag_and_limits.py",
        "test_R30_documents_that_the_service_shows_late_are_waited_for",
    ),
    Mutant(
        "a list that is late is asked again",
        "service/batch/document_list.py",
        "            self._late = probe\n",
        "",
        BATCH + "test_lag_and_limits.py",
        "test_R30_a_list_that_lags_when_the_run_begins_costs_no_row",
    ),
    Mutant(
        "the quarantine is waited for",
        "service/batch/unclear_uploads.py",
        " or ended.began < lost.since + self._context.settings.quarantine_s:",
        ":",
        BATCH + "test_reconciliation.py",
        "test_R1_R2_R3_R4_nothing_is_lost_or_doubled_whatever_the_list_is_like",
    ),
    Mutant(
        "a wrong id is repaired",
        "service/batch/engine.py",
        "return self._not_shown.add(shown, name)",
        "return [shown.failed]",
        BATCH + "test_wrong_ids.py",
        "test_R28_a_row_with_half_an_id_is_repaired_by_its_name",
    ),
    Mutant(
        "a wrong id of a page is repaired",
        "service/batch/engine.py",
        "return self._not_shown.add_pages(failed, parts_of(ledger, failed.key))",
        "return [failed]",
        BATCH + "test_wrong_ids.py",
        "test_R28_pages_with_half_an_id_are_repaired_by_their_names_before_they_are_joined",
    ),
    Mutant(
        "ids are compared in one form",
        "service/wire/environments.py",
        "return document_id.lower()",
        "return document_id",
        BATCH + "test_deleting.py",
        "test_R29_ids_in_another_case",
    ),
    Mutant(
        "a copy is deleted only beside the document that stays",
        "service/batch/maintenance.py",
        "if one.own_id and deletions.is_listed(one.own_id)]",
        "]",
        BATCH + "test_deleting.py",
        "test_R29_a_copy_stays_while_the_document_of_the_row_is_not_in_the_list",
    ),
    Mutant(
        "a copied or restored folder deletes nothing",
        "service/batch/ledger/origin.py",
        "    reason = _reason(ledger)\n",
        "    reason = None\n",
        BATCH + "test_deleting.py",
        "test_R29_nothing_is_deleted",
    ),
    Mutant(
        "a folder in which nobody named files deletes nothing",
        "service/batch/ledger/origin.py",
        "if reason is None and not _is_vouched_for(ledger):",
        "if False:",
        BATCH + "test_deleting.py",
        "test_R29_T61_a_forged_ledger_that_knows_real_ids",
    ),
    Mutant(
        "what is deleted bears the run's name",
        "service/batch/maintenance.py",
        "(named or not self._by_name)",
        "True",
        BATCH + "test_deleting.py",
        "test_R29_T61_a_forged_ledger",
    ),
    Mutant(
        "what is deleted has the run's pages",
        "service/batch/maintenance.py",
        "len(entry.pages) == len(keys) > 0 and all(one in self._ids.get(key, ()) for one, key in pages)",
        "bool(pages) or True",
        BATCH + "test_deleting.py",
        "test_R29_T61_a_forged_ledger_that_knows_real_ids",
    ),
    Mutant(
        "what is reported is what the list shows",
        "service/batch/maintenance.py",
        "if canonical(one) not in listed and self._is_told(one)]",
        "]",
        BATCH + "test_deleting.py",
        "test_R29_what_cleanup_reports_is_what_the_list_shows",
    ),
    Mutant(
        "only files that were named here are sent",
        "service/batch/running.py",
        "        check_vouched_for(ledger)\n",
        "",
        BATCH + "test_foreign_ledger.py",
        "test_T61_a_forged_ledger_names_no_file_of_this_machine",
    ),
    Mutant(
        "whoever waits for one answer hears that it takes long",
        "service/batch/progress.py",
        "        tell()\n        thread.join(TELL_S)",
        "        thread.join()",
        BATCH + "test_never_silent.py",
        "test_R35_deleting_tells_while_every_answer_takes_long and dedupe",
    ),
    Mutant(
        "silence lasts ten seconds at most",
        "service/batch/progress.py",
        " or now >= self._next + AT_LEAST_EVERY_S - EVERY_S",
        "",
        BATCH + "test_patience_made_visible.py",
        "test_R35_silence_lasts_ten_seconds_at_most",
    ),
)


def run(copy: Path, mutant: Mutant) -> int:
    """Run the test of a mutant on the copy; return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", mutant.tests, "-k", mutant.named]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False).returncode


def judge(copy: Path, mutant: Mutant) -> str:
    """Say whether the test notices that the rule is dropped."""
    path = copy / "gini_notebook" / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.before) != 1:
        return "no longer in the code"
    if run(copy, mutant) != 0:
        return "the test fails already"
    path.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        return {0: "NOT NOTICED", 1: "noticed"}.get(run(copy, mutant), "the test could not run")
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Judge every mutant and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="Only rules or tests with this text")
    asked = parser.parse_args()
    chosen = [one for one in MUTANTS if asked.only in f"{one.rule} {one.named}"]
    verdicts = []
    with tempfile.TemporaryDirectory() as name:
        for part in ("gini_notebook", "tests", "data"):
            shutil.copytree(HERE / part, Path(name, part), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "pyproject.toml", name)
        for mutant in chosen:
            began = time.monotonic()
            verdicts.append(judge(Path(name), mutant))
            print(f"{mutant.rule:<58}{verdicts[-1]:<24}{mutant.named} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{verdicts.count('noticed')} of {len(chosen)} noticed")
    if verdicts.count("noticed") < len(chosen):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
