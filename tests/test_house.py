"""The house rules as tests: who may import whom, which rooms are pure, how large files and functions are.

Every rule is a function from a module to what breaks it, and each is shown a module that does.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS_BELOW = {
    "model": set(),
    "index": {"model"},
    "engine": {"model"},
    "settle": {"model"},
    "audit": {"model"},
    "solvers": {"model", "engine"},
    "house": {"model", "audit"},
    "service": {"model", "index", "engine", "settle", "audit", "solvers"},
    "index_service": {"model", "index", "audit"},
    "keeping": {"model", "audit", "house", "service"},
    "doors": {"model", "audit", "service", "index_service", "keeping", "wiring"},
    "store": {"model", "audit", "house"},
    "wiring": {"model", "audit", "keeping", "store"},
    "__main__": {"doors"},
}
"""Room -> the rooms that it may import, its own apart. ``clearing/__init__.py`` belongs to everybody."""

PACKAGES = {
    "model": set(),
    "index": set(),
    "engine": {"numpy", "networkx", "ortools"},
    "settle": {"numpy"},
    "audit": {"numpy"},
    "solvers": {"highspy", "pulp"},
    "house": set(),
    "service": set(),
    "index_service": set(),
    "keeping": set(),
    "doors": {
        "jinja2", "markupsafe", "numpy", "pydantic", "typer", "rich", "cryptography", "pandas", "platformdirs",
        "polars",
    },
    "store": {"sqlalchemy", "alembic"},
    "wiring": set(),
    "__main__": set(),
}
"""Room -> what it may import from outside the standard library when it runs."""

PURE_ROOMS = {"model", "index", "engine", "settle", "audit", "house"}
IMPURE_MODULES = {
    "asyncio", "getpass", "glob", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform",
    "random", "secrets", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib", "uuid", "warnings",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "float", "breakpoint", "exec", "eval"}
IMPURE_ATTRIBUTES = {"now", "utcnow", "today", "environ", "getenv", "random", "urandom", "float64", "float32"}

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FORBIDDEN_WORDS = {"manager", "helper", "util", "data", "info", "process", "handle"}

FOREIGN_TEXT = re.compile(r"/work/|/tmp/|/root/|/home/")


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name and its text."""

    name: str
    source: str

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        return parts[1] if parts[0] == "clearing" and len(parts) > 1 else ""

    @property
    def in_verify(self) -> bool:
        return self.name.startswith("clearing.audit.verify")

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)


def modules(*folders: str) -> list[Module]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Module(_dotted(path), path.read_text(encoding="utf-8")) for path in paths]


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PACKAGE = modules("clearing")
SOURCES = modules("clearing", "tests", "benchmarks")


# The rules


def wrong_imports(module: Module) -> Iterator[str]:
    """Imports of a room above or beside, or of a package that the room has no use for, lazy ones too."""
    for name in _imported(module.tree):
        top, *rest = name.split(".")
        if top == "clearing":
            room = rest[0] if rest else ""
            if room not in {"", "__version__", module.room} | ROOMS_BELOW[module.room]:
                yield f"imports {name}"
        elif top not in sys.stdlib_module_names and top not in PACKAGES[module.room]:
            yield f"imports {name}"


def wrong_imports_of_verify(module: Module) -> Iterator[str]:
    """verify has the standard library and itself."""
    for name in _imported(module.tree):
        inside = name == "clearing.audit.verify" or name.startswith("clearing.audit.verify.")
        if not inside and name.split(".")[0] not in sys.stdlib_module_names:
            yield f"imports {name}"


def impurities(module: Module) -> Iterator[str]:
    """I/O, clock, randomness, environment, logging, global state, floats."""
    for name in _imported(module.tree):
        if name.split(".")[0] in IMPURE_MODULES:
            yield f"imports {name}"
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called in IMPURE_CALLS:
                yield f"line {node.lineno}: calls {called}"
            case ast.Attribute(attr=attribute) if attribute in IMPURE_ATTRIBUTES:
                yield f"line {node.lineno}: uses .{attribute}"
            case ast.Constant(value=float()):
                yield f"line {node.lineno}: the float {node.value}"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield f"line {node.lineno}: divides to a float"
            case ast.Global():
                yield f"line {node.lineno}: global state"


def oversize(module: Module) -> Iterator[str]:
    """Files and functions past the hard limits."""
    lines = module.source.count("\n")
    if lines > LINES_MAX:
        yield f"has {lines} lines"
    for function in _functions(module.tree):
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        if size > FUNCTION_LINES_MAX:
            yield f"line {function.lineno}: {function.name} has {size} lines"


def missing_docstring(module: Module) -> Iterator[str]:
    """A file that does not begin by saying what comes in and what goes out."""
    said = ast.get_docstring(module.tree)
    if not said or not said.splitlines()[0].strip():
        yield "has no docstring"


def forbidden_names(module: Module) -> Iterator[str]:
    """Names that say nothing: of the file, of functions and classes, of arguments and variables."""
    for name in [*module.name.split("."), *_named(module.tree)]:
        words = re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower())
        if any(word in FORBIDDEN_WORDS or word.removesuffix("s") in FORBIDDEN_WORDS for word in words):
            yield f"names something {name}"


def foreign_text(module: Module) -> Iterator[str]:
    """Paths of the machine that a file was written on."""
    for number, line in enumerate(module.source.splitlines(), 1):
        if FOREIGN_TEXT.search(line):
            yield f"line {number}: {line.strip()}"


# What a module contains


def _imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of all that is imported when the module runs: not under ``if TYPE_CHECKING``."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pending.extend(node.orelse)
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(name)):
                # ``from clearing import x`` names the room only in what it takes.
                taken = name == "clearing" or name.endswith(".clearing")
                yield from (f"{name}.{alias.name}" for alias in node.names) if taken else (name,)
            case ast.ImportFrom():
                yield f"clearing.relative_import_on_line_{node.lineno}"
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module")):
                yield f"clearing.import_by_text_on_line_{node.lineno}"
        pending.extend(ast.iter_child_nodes(node))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _named(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name


# The tests


Rule = Callable[[Module], Iterator[str]]


def broken(rule: Rule, among: list[Module]) -> list[str]:
    return [f"{module.name} {what}" for module in among for what in rule(module)]


def test_imports_point_from_the_doors_to_the_model() -> None:
    assert broken(wrong_imports, [module for module in PACKAGE if module.room]) == []


def test_every_room_has_its_rule() -> None:
    assert {module.room for module in PACKAGE if module.room} <= set(ROOMS_BELOW)


def test_importing_the_package_imports_nothing() -> None:
    tree = next(module for module in PACKAGE if module.name == "clearing").tree
    assert list(_imported(tree)) == ["clearing.doors"]
    for function in _functions(tree):
        function.body = [ast.Pass()]
    assert list(_imported(tree)) == []


def test_rooms_on_the_way_to_verify_import_nothing() -> None:
    package = next(module for module in PACKAGE if module.name == "clearing.audit")
    assert [name for name in _imported(package.tree) if name != "__future__"] == []


def test_verify_has_the_standard_library_and_itself() -> None:
    verify = [module for module in PACKAGE if module.in_verify]
    assert verify
    assert broken(wrong_imports_of_verify, verify) == []


def test_pure_rooms_are_pure() -> None:
    shells = {"clearing.audit.verify.__main__"}
    pure = [module for module in PACKAGE if module.room in PURE_ROOMS and module.name not in shells]
    assert broken(impurities, pure) == []


def test_files_and_functions_have_a_size() -> None:
    assert broken(oversize, SOURCES) == []


def test_every_file_says_what_it_is() -> None:
    # An empty __init__.py of a folder of tests has nothing to say.
    assert broken(missing_docstring, [module for module in SOURCES if module.source.strip()]) == []


def test_names_say_something() -> None:
    assert broken(forbidden_names, SOURCES) == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    here = "tests.test_house"
    assert broken(foreign_text, [module for module in SOURCES if module.name != here]) == []


LONG_FUNCTION = "def long():\n" + "    pass\n" * FUNCTION_LINES_MAX


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (wrong_imports, "clearing.model.x", "import numpy"),
        (wrong_imports, "clearing.model.x", "from clearing.engine import admission"),
        (wrong_imports, "clearing.engine.x", "def f():\n    from clearing.service import clear_book"),
        (wrong_imports, "clearing.engine.x", "from clearing import doors"),
        (wrong_imports, "clearing.engine.x", "from . import doors"),
        (wrong_imports, "clearing.settle.x", "import ortools.graph"),
        (wrong_imports, "clearing.doors.x", "from clearing.engine.rings import find_rings"),
        (wrong_imports, "clearing.doors.x", "import importlib\nimportlib.import_module('clearing.engine')"),
        (wrong_imports, "clearing.service", "from clearing.doors.words import amount"),
        (wrong_imports, "clearing.house.x", "from clearing.store.reader import Reader"),
        (wrong_imports, "clearing.keeping.x", "from clearing.store.house_store import open_store"),
        (wrong_imports, "clearing.doors.x", "from clearing.store.house_store import open_store"),
        (wrong_imports, "clearing.store.x", "from clearing.doors.house.place import chosen_house"),
        (wrong_imports, "clearing.store.x", "from clearing.wiring import open_house"),
        (wrong_imports_of_verify, "clearing.audit.verify.x", "from clearing.audit.canonical import canonical"),
        (wrong_imports_of_verify, "clearing.audit.verify.x", "def f():\n    import numpy"),
        (impurities, "clearing.engine.x", "import random"),
        (impurities, "clearing.engine.x", "from time import perf_counter"),
        (impurities, "clearing.engine.x", "x = open('f')"),
        (impurities, "clearing.engine.x", "x = 0.5"),
        (impurities, "clearing.engine.x", "x = float('1')"),
        (impurities, "clearing.engine.x", "x = y / 2"),
        (impurities, "clearing.engine.x", "x = datetime.now()"),
        (impurities, "clearing.engine.x", "def f():\n    global x"),
        (impurities, "clearing.engine.x", "x = np.random.default_rng()"),
        (oversize, "clearing.engine.x", "x = 1\n" * (LINES_MAX + 1)),
        (oversize, "clearing.engine.x", LONG_FUNCTION),
        (missing_docstring, "clearing.engine.x", "x = 1"),
        (forbidden_names, "clearing.engine.utils", ""),
        (forbidden_names, "clearing.engine.x", "class RingManager: ..."),
        (forbidden_names, "clearing.engine.x", "def handle_offer(): ..."),
        (forbidden_names, "clearing.engine.x", "def f(offer_data): ..."),
        (foreign_text, "clearing.engine.x", "x = '/work/x'"),
    ],
)
def test_a_planted_breach_is_seen(rule: Rule, name: str, source: str) -> None:
    assert list(rule(Module(name, source)))


def test_annotations_may_name_what_is_not_imported() -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"
    assert list(wrong_imports(Module("clearing.model.x", source))) == []
