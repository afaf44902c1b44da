"""The guarded process: limits, crashes, lies, Ctrl-C, threads, forks."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook import _guarded
from gini_notebook._guarded import guard as guard_module
from gini_notebook._guarded.guard import Guard
from gini_notebook._guarded.limits import Limits
from gini_notebook._guarded.messages import decode, encode
from gini_notebook.errors import FileProblem, ReaderStopped, TruthError
from tests.guarded import tasks

MIB = tasks.MIB
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
@settings(deadline=None, max_examples=50)
def test_a_plain_value_survives_the_way_as_a_message(value: object) -> None:
    assert decode(encode(value)) == value  # type: ignore[arg-type]


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=50)
def test_bytes_that_are_no_message_are_a_value_error_and_nothing_else(message: bytes) -> None:
    with suppress(ValueError):
        decode(message)


def test_a_message_that_is_shorter_than_it_says_is_refused() -> None:
    whole = encode([b"0123456789"])
    with pytest.raises(ValueError, match="shorter than it says"):
        decode(whole[:-1])


def test_a_message_nested_for_ever_is_refused() -> None:
    deep = b"[" * 200_000
    with pytest.raises(ValueError, match="RecursionError"):
        decode(len(deep).to_bytes(4, "big") + deep)


def test_only_plain_values_are_sent() -> None:
    with pytest.raises(TypeError, match="a set cannot be sent"):
        encode({1})  # type: ignore[arg-type]


def test_a_call_is_done_in_one_other_process_that_lasts() -> None:
    first = _guarded.call(tasks.process_id)
    assert first != os.getpid()
    assert _guarded.call(tasks.process_id) == first


@pytest.mark.parametrize(
    ("task", "limits", "message"),
    [
        ((tasks.fill, 900 * MIB), Limits(), "needs more memory than 512 MiB"),
        ((tasks.fill, 80 * MIB), Limits(memory=64 * MIB), "needs more memory than 64 MiB"),
        ((tasks.compute,), Limits(cpu_s=1), "needs more than 1 s of computing"),
        ((tasks.sleep, 60), Limits(wait_s=0.2), "takes longer than 0.2 s"),
        ((tasks.answer, 2 * MIB), Limits(answer=MIB), "unpacks to more than 1 MiB"),
        ((tasks.recurse,), Limits(), "is nested too deeply"),
        ((tasks.panic,), Limits(), r"breaks its reader \(BaseException: capacity overflow\)"),
        ((tasks.no_plain_value,), Limits(), r"breaks its reader \(TypeError: a object cannot be sent"),
        ((tasks.crash_at, 0, 0), Limits(), r"crashes its reader \(SIGSEGV\), or needs more memory than 512 MiB"),
        ((tasks.send, b"", 3 * MIB), Limits(answer=MIB), "unpacks to more than 1 MiB"),
        ((tasks.send, b"no message"), Limits(), "breaks its reader"),
        ((tasks.send, encode(7)), Limits(), "its answer is none"),
        ((tasks.send, encode([False, "problem", "KeyboardInterrupt", ""])), Limits(), "of no known kind"),
        ((tasks.send, encode([False, "problem", "GiniError", ""])), Limits(), "of no known kind"),
    ],
)
def test_what_a_hostile_file_makes_of_its_reader_is_one_sentence_and_the_next_call_works(
    task: tuple[object, ...], limits: Limits, message: str
) -> None:
    function, *arguments = task
    # A process of its own: memory that an earlier task has freed there is not asked for again.
    guard = Guard()
    try:
        with pytest.raises(ReaderStopped, match=message) as caught:
            guard.answers(function, [arguments], limits)[0].get()  # type: ignore[arg-type]
        assert isinstance(caught.value, FileProblem)
        assert guard.answers(tasks.echo, [["still here"]])[0].get() == "still here"
    finally:
        guard.close()


def test_memory_for_one_call_is_counted_from_what_the_process_holds() -> None:
    assert _guarded.call(tasks.fill, 400 * MIB) == 400 * MIB


def test_a_refusal_of_the_package_arrives_as_what_it_is() -> None:
    with pytest.raises(TruthError, match="no ground truth in here"):
        _guarded.call(tasks.refuse, "no ground truth in here")


def test_of_many_tasks_the_ones_that_stop_their_reader_cost_no_other_one_its_answer() -> None:
    answers = list(_guarded.each(tasks.crash_at, ((number, at) for number, at in enumerate([-1, 1, -1] * 7))))
    assert [answer.value for answer in answers if answer.problem is None] == [n for n in range(21) if n != 1]
    assert [number for number, answer in enumerate(answers) if answer.problem] == [1]


def test_a_process_that_ended_with_tasks_on_their_way_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard()
    received = guard_module._received

    def slowly(connection: Connection, limits: Limits) -> tuple[bool, guard_module.Answer]:
        answer = received(connection, limits)
        if answer[1].value == 0:
            assert guard._process is not None
            guard._process.wait(10)  # the next task crashes it
        return answer

    monkeypatch.setattr(guard_module, "_received", slowly)
    answers = guard.answers(tasks.crash_at, [[number, 1] for number in range(5)], Limits(wait_s=10))
    guard.close()
    assert [answer.value for answer in answers] == [0, None, 2, 3, 4]
    with pytest.raises(ReaderStopped, match="SIGSEGV"):
        answers[1].get()


def test_a_process_that_holds_too_much_is_replaced_without_losing_a_task() -> None:
    guard = Guard()
    answers = [answer.get() for answer in guard.answers(tasks.keep, [[100 * MIB]] * 8)]
    guard.close()
    assert len(set(answers)) == 3
    assert len(answers) == 8


def test_a_process_that_somebody_ended_is_replaced_and_no_file_is_blamed() -> None:
    process = psutil.Process(_guarded.call(tasks.process_id))  # type: ignore[arg-type]
    process.kill()
    process.wait(10)
    assert _guarded.call(tasks.echo, 1) == 1


def test_large_tasks_and_large_answers_pass_each_other() -> None:
    large = "x" * MIB
    assert [answer.get() for answer in _guarded.each(tasks.echo, [(large,)] * 40)] == [large] * 40


def test_a_ctrl_c_for_the_child_does_not_reach_it() -> None:
    assert _guarded.call(tasks.interrupted)


def test_no_secret_is_handed_on_and_no_memory_is_dumped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GINI_CLIENT_SECRET", "x")
    monkeypatch.setenv("SOME_TOKEN", "x")
    guard = Guard()
    known = guard.answers(tasks.environment, [[]])[0].get()
    assert "PATH" in known  # type: ignore[operator]
    assert not {"GINI_CLIENT_SECRET", "SOME_TOKEN"} & set(known)  # type: ignore[arg-type]
    assert guard.answers(tasks.core_limit, [[]])[0].get() == [0, 0]
    guard.close()


def test_a_process_that_cannot_be_started_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderStopped, match=r"which could not be started \(status 1\)"):
        Guard().answers(tasks.echo, [[1]])


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda number: _guarded.call(tasks.echo, number), range(100))) == list(range(100))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_every_process_of_an_executor_has_a_guarded_process_of_its_own(method: str) -> None:
    mine = _guarded.call(tasks.process_id)
    with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
        theirs = pool.submit(_guarded.call, tasks.process_id).result(60)
        assert theirs != mine
    _wait_for_the_end_of(theirs)
    assert _guarded.call(tasks.process_id) == mine


def test_ctrl_c_ends_the_wait_at_once_and_the_work_with_it() -> None:
    guard = Guard()
    child = guard.answers(tasks.process_id, [[]])[0].get()
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        guard.answers(tasks.compute, [[]])
    assert time.monotonic() - begun < 3
    assert not psutil.pid_exists(child)  # type: ignore[arg-type]
    assert guard.answers(tasks.echo, [["again"]])[0].get() == "again"
    guard.close()


@pytest.mark.parametrize("ending", ["", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_the_guarded_process_ends_with_the_one_it_serves(ending: str) -> None:
    code = (
        "from gini_notebook import _guarded; from tests.guarded import tasks; "
        f"print(_guarded.call(tasks.process_id), flush=True); {ending}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    _wait_for_the_end_of(int(done.stdout))


def _wait_for_the_end_of(process_id: object) -> None:
    assert isinstance(process_id, int)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(process_id).wait(10)
    assert not psutil.pid_exists(process_id)
