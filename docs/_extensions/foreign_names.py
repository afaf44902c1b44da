"""The inventory of names of others that docstrings and signatures use: which page of which site explains them.

Sphinx would fetch a list of all names from each of these sites at every build. This small one needs no network; a
name that is used and stands neither here nor in the package is an error of the build.
"""

PYTHON = "https://docs.python.org/3/library/"
PANDAS = "https://pandas.pydata.org/docs/reference/api/"
NUMPY = "https://numpy.org/doc/stable/reference/"
MATPLOTLIB = "https://matplotlib.org/stable/api/_as_gen/"

# Page of Python's library reference -> the names on it.
_PYTHON_PAGES = {
    "functions": "bool bytearray float int object complex frozenset",
    "stdtypes": "str bytes list dict tuple set slice str.encode",
    "constants": "None NotImplemented Ellipsis",
    "exceptions": (
        "Exception BaseException ValueError TypeError KeyError OSError RuntimeError AttributeError PermissionError "
        "FileNotFoundError UserWarning KeyboardInterrupt"
    ),
    "typing": (
        "typing.Any typing.Literal typing.Self typing.NamedTuple typing.TypedDict typing.NoReturn typing.Protocol "
        "typing.TypeGuard typing.Unpack"
    ),
    "types": "types.TracebackType types.ModuleType types.MappingProxyType",
    "collections.abc": (
        "collections.abc.Callable collections.abc.Collection collections.abc.Iterable collections.abc.Iterator "
        "collections.abc.Mapping collections.abc.MutableMapping collections.abc.Sequence collections.abc.Set "
        "collections.abc.Generator collections.abc.Hashable collections.abc.Buffer"
    ),
    "concurrent.futures": "concurrent.futures.Executor concurrent.futures.Future concurrent.futures.ProcessPoolExecutor",
    "datetime": "datetime.date datetime.datetime datetime.timedelta",
    "decimal": "decimal.Decimal",
    "enum": "enum.StrEnum",
    "fractions": "fractions.Fraction",
    "os": "os.PathLike",
    "pathlib": "pathlib.Path",
    "random": "random.Random",
    "time": "time.monotonic",
}
_PANDAS = "pandas.DataFrame pandas.Series pandas.NA pandas.Timestamp pandas.Index pandas.MultiIndex pandas.Timedelta"
_NUMPY_GENERATED = "numpy.ndarray numpy.dtype numpy.random.Generator"
_NUMPY_SCALARS = "numpy.float64 numpy.int64 numpy.int32 numpy.bool numpy.bool_ numpy.generic numpy.intp numpy.object_"
_NUMPY_TYPING = "numpy.typing.ArrayLike numpy.typing.NDArray"
_MATPLOTLIB = {"matplotlib.axes.Axes": "matplotlib.axes.Axes", "matplotlib.figure.Figure": "matplotlib.figure.Figure"}

# How modules are called in the code of the package.
ABBREVIATIONS = {"pd": "pandas", "np": "numpy", "npt": "numpy.typing", "t": "typing", "widgets": "ipywidgets"}


def inventory() -> dict[str, str]:
    """Return the address of each name."""
    found = {name: f"{PYTHON}{page}.html#{name}" for page, names in _PYTHON_PAGES.items() for name in names.split()}
    found |= {name: f"{PANDAS}{name}.html" for name in _PANDAS.split()}
    found |= {name: f"{NUMPY}generated/{name}.html" for name in _NUMPY_GENERATED.split()}
    found |= {name: f"{NUMPY}arrays.scalars.html#{name}" for name in _NUMPY_SCALARS.split()}
    found |= {name: f"{NUMPY}typing.html#{name}" for name in _NUMPY_TYPING.split()}
    return found | {name: f"{MATPLOTLIB}{page}.html" for name, page in _MATPLOTLIB.items()}


def full_name(name: str) -> str:
    """Write a name as its library does: ``pd.DataFrame`` is ``pandas.DataFrame``."""
    name = name.replace("concurrent.futures._base.", "concurrent.futures.")
    first, dot, rest = name.partition(".")
    return f"{ABBREVIATIONS[first]}.{rest}" if dot and first in ABBREVIATIONS else name
