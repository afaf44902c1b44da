"""Signatures as they are written in the code: ``values: npt.ArrayLike`` and not the twenty types that this stands for."""

import ast
import dataclasses
import inspect
import textwrap
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation


class _Unquoted(ast.NodeTransformer):
    """Write annotations without the quotes that keep Python from reading them."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):
            try:
                return ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return node
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == "Literal":
            return node  # its texts are values
        return self.generic_visit(node)  # type: ignore[return-value]


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    arguments = function.args
    for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if one is not None and one.annotation is not None:
            one.annotation = _Unquoted().visit(one.annotation)
    first = arguments.posonlyargs or arguments.args
    if first and first[0].arg in {"self", "cls"}:
        first.pop(0)
    return f"({ast.unparse(arguments)})"


def _function(value: Any) -> tuple[str, str | None] | None:
    try:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(value)))
        node = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    returned = ast.unparse(_Unquoted().visit(node.returns)) if node.returns is not None else None
    return _arguments(node), returned


def _fields(value: type) -> str:
    given = [one for one in dataclasses.fields(value) if one.init]
    positional = [_field(one) for one in given if not one.kw_only]
    named = [_field(one) for one in given if one.kw_only]
    return f"({', '.join([*positional, *(['*'] if named else []), *named])})"


def _field(one: "dataclasses.Field[Any]") -> str:
    annotation = one.type if isinstance(one.type, str) else stringify_annotation(one.type, "smart")
    if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
        return f"{one.name}: {annotation}"
    plain = isinstance(one.default, bool | int | float | str | tuple | type(None))
    return f"{one.name}: {annotation} = {one.default!r}" if plain else f"{one.name}: {annotation} = ..."


def write(
    _app: Sphinx, what: str, _name: str, value: Any, _options: Any, *_found: Any
) -> tuple[str, str | None] | None:
    """Return the signature of a function, method or class, None for what has none of its own."""
    if what in {"class", "exception"}:
        if dataclasses.is_dataclass(value):
            return _fields(value), None
        own = inspect.getattr_static(value, "__init__", None)
        if not getattr(own, "__module__", "").startswith("gini_notebook"):
            # That of a class of others, such as a DataFrame; exceptions of Python have none that could be replaced.
            return None if issubclass(value, BaseException) else ("(...)", None)
        found = _function(own)
        return (found[0], None) if found else None
    return _function(value) if what in {"function", "method"} else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("autodoc-process-signature", write)
    return {"parallel_read_safe": True, "version": "1"}
