"""The tree of errors: drawn as it is, and fit to travel between processes."""

import pickle
import re

import pytest

from gini_notebook import errors
from gini_notebook.errors import GiniError, ServiceError

KINDS = sorted(
    (each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, GiniError)),
    key=lambda kind: kind.__name__,
)


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn: dict[str, int] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│├└─ ]*)([A-Z][A-Za-z]+)", line)
        if found:
            drawn[found[2]] = len(found[1]) // 4
    assert set(drawn) == {kind.__name__ for kind in KINDS}
    for kind in KINDS:
        depth = [base for base in kind.__mro__ if issubclass(base, GiniError)]
        if "SchemaError" not in [base.__name__ for base in depth[1:]]:
            assert drawn[kind.__name__] == len(depth) - 1


@pytest.mark.parametrize("kind", KINDS)
def test_errors_travel_between_processes(kind: type[GiniError]) -> None:
    if issubclass(kind, ServiceError):
        error: GiniError = kind("no", status=429, service_message="m", request_id="r", items=[{}], retry_after_s=1.0)
    else:
        error = kind("no")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (kind, "no", vars(error))
