"""What callers may use: the names that each package offers, all there and all explained."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import assistant
import index

ROOT = Path(__file__).parents[1]
DOORS = (index, assistant)
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("index", "assistant", "ui")
    for path in (ROOT / package).glob("*.py")
)


def door_tree(package):
    return ast.parse((ROOT / package.__name__ / "__init__.py").read_text(encoding="utf-8"))


def imported_names(nodes, package):
    """The names that a package takes from its own modules, with the module."""
    return {
        alias.asname or alias.name: node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module.startswith(f"{package.__name__}.")
        for alias in node.names
    }


@pytest.mark.parametrize("package", DOORS, ids=lambda package: package.__name__)
def test_the_names_are_sorted_and_each_stands_once(package):
    assert package.__all__ == sorted(set(package.__all__))
    assert len(package.__all__) > 10


@pytest.mark.parametrize("package", DOORS, ids=lambda package: package.__name__)
def test_every_name_leads_to_something(package):
    for name in package.__all__:
        assert getattr(package, name) is not None


@pytest.mark.parametrize("package", DOORS, ids=lambda package: package.__name__)
def test_the_names_are_all_that_the_package_takes_from_its_modules(package):
    assert imported_names(ast.walk(door_tree(package)), package).keys() == set(package.__all__)


def test_names_that_come_when_first_used_are_those_that_type_checkers_see():
    (block,) = [node for node in door_tree(index).body if isinstance(node, ast.If)]
    assert imported_names(block.body, index) == index._LATER


def test_a_name_that_is_not_offered_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = index.Nonsense


@pytest.mark.parametrize("package", DOORS, ids=lambda package: package.__name__)
def test_everything_that_is_offered_explains_itself(package):
    assert package.__doc__
    for name in package.__all__:
        thing = getattr(package, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__dict__.get("__doc__") if inspect.isclass(thing) else thing.__doc__, name
            # what a dataclass writes for itself says nothing
            assert not thing.__doc__.startswith(f"{name}("), name


@pytest.mark.parametrize("package", DOORS, ids=lambda package: package.__name__)
def test_errors_are_offered_and_all_of_one_kind(package):
    errors = importlib.import_module(f"{package.__name__}.errors")
    defined = {
        name: thing
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and thing.__module__ == errors.__name__
    }
    assert defined.keys() <= set(package.__all__)
    assert all(issubclass(error, index.BylineError) for error in defined.values())
    # the tree at the top of the module shows each of them
    assert all(name in errors.__doc__ for name in defined)


@pytest.mark.parametrize("file", MODULES)
def test_every_public_function_class_and_module_has_a_docstring(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), file
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{file}: {node.name}"


def test_methods_of_what_is_offered_explain_themselves():
    for package in DOORS:
        for name in package.__all__:
            thing = getattr(package, name)
            if not inspect.isclass(thing) or issubclass(thing, Exception):
                continue
            for method, found in vars(thing).items():
                function = getattr(found, "__func__", found.fget if isinstance(found, property) else found)
                if inspect.isfunction(function) and not method.startswith("_"):
                    assert function.__doc__, f"{name}.{method}"


@pytest.mark.parametrize("module", ["index", "index.errors", "ui.cli"])
def test_importing_the_door_loads_nothing_heavy(module, tmp_path):
    code = f"import sys, {module}; print(*sorted(name for name in sys.modules if '.' not in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    loaded = set(done.stdout.split())
    assert "index" in loaded
    heavy = {
        "numpy",
        "chromadb",
        "torch",
        "gradio",
        "pydantic",
        "bm25s",
        "sentence_transformers",
        "model2vec",
        "sqlite3",
    }
    assert not loaded & heavy
