"""Which names are public, and where a reference to one leads.

The interface is documented under the names at which people find it (``gini_notebook.evaluate``), while annotations
and docstrings say where it lives or just ``Evaluation``. Here the one leads to the other. What is a name of the package
without a page, such as an alias of types, stays plain text; what is a name of nobody is an error of the build.
"""

import importlib
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any

import foreign_names
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

import gini_notebook

PACKAGE = "gini_notebook"
# Modules of the interface that are reached by importing them.
FURTHER_MODULES = ("errors", "schema", "notes", "service.batch", "service.values", "service.wire", "sandbox")


def public_modules() -> dict[str, ModuleType]:
    """Return the modules with a page of their own, by the name under which they are documented."""
    named = {name: getattr(gini_notebook, name) for name in gini_notebook.__all__}
    found = {f"{PACKAGE}.{name}": value for name, value in named.items() if inspect.ismodule(value)}
    return found | {f"{PACKAGE}.{name}": importlib.import_module(f"{PACKAGE}.{name}") for name in FURTHER_MODULES}


def members(module: ModuleType) -> list[str]:
    """Return the public names of a module, in the order in which it names them."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = (name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__)
    return [name for name in own if not name.startswith("_")]


def public_names() -> dict[str, Any]:
    """Return everything that has a page, by the name under which it is documented; a thing has one page."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for name in gini_notebook.__all__:
        value = getattr(gini_notebook, name)
        if not inspect.ismodule(value):
            found[f"{PACKAGE}.{name}"] = value
            seen.add(id(value))
    for home, module in public_modules().items():
        for name in members(module):
            value = getattr(module, name)
            if inspect.ismodule(value) or (id(value) in seen and callable(value)):
                continue
            found[f"{home}.{name}"] = value
            if callable(value):
                seen.add(id(value))
    return found


@cache
def homes() -> dict[str, str]:
    """Return where each public thing is documented, by the name of the place where it lives."""
    found = {}
    for public, value in public_names().items():
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if module and name:
            found[f"{module}.{name}"] = public
    # A reference to a module of the package leads to the page of the public one.
    return found | {module.__name__: public for public, module in public_modules().items()}


def _exists(target: str) -> bool:
    """Whether the package has a thing of this name, somewhere inside."""
    return any(
        hasattr(module, target.partition(".")[0]) or name == target or name.endswith(f".{target.lstrip('.')}")
        for name, module in list(sys.modules.items())
        if name.startswith(PACKAGE)
    ) or _reachable(target)


def _reachable(target: str) -> bool:
    parts = target.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        try:
            for name in parts[end:]:
                value = getattr(value, name)
        except AttributeError:
            return False
        return parts[0] == PACKAGE
    return False


def _documented(target: str, known: list[str], node: Any) -> str | None:
    """Return the documented name that a reference means: by its home, or by its end, the nearest one first."""
    home = max((home for home in homes() if target == home or target.startswith(f"{home}.")), key=len, default=None)
    if home is not None and homes()[home] + target.removeprefix(home) in known:
        return homes()[home] + target.removeprefix(home)
    ending = "." + target.lstrip(".")
    found = [name for name in known if name.endswith(ending)]
    inside = [name for name in found if name.startswith(f"{node.get('py:module')}.{node.get('py:class')}.")]
    found = inside or [name for name in found if name.startswith(f"{node.get('py:module')}.")] or found
    return min(found, key=lambda name: (name.count("."), name), default=None)


def resolve(app: Sphinx, env: Any, node: Any, contnode: Any) -> Any:
    """Lead a reference to a public name, or to the page of another library."""
    if node.get("refdomain") != "py":
        return None
    target = foreign_names.full_name(node["reftarget"])
    addresses = foreign_names.inventory()
    ends = {name.rpartition(".")[2]: name for name in addresses}
    foreign = target if target in addresses else ends.get(target)
    objects = env.domains.python_domain.objects
    name = None if foreign else _documented(target, list(objects), node)
    if name is not None:
        entry = objects[name]
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, name)
    if foreign is not None:
        return nodes.reference("", "", contnode, refuri=addresses[foreign], internal=False, classes=["foreign"])
    return contnode if _exists(target) else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    for name, module in public_modules().items():
        sys.modules.setdefault(name, module)  # so that autodoc finds gini_notebook.plots under this name
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "version": "1"}
