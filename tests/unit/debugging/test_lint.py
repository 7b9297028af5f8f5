from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.debugging.lint import lint


def findings(**files):
    return [str(one) for one in lint({f"{name}.py": text for name, text in files.items()})]


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("def f(:\n    pass\n", "m.py:1: SyntaxError: "),
        ("def f():\n    x = 1\n      y = 2\n", "m.py:3: IndentationError: unexpected indent"),
        ("x = 1\nreturn x\n", "m.py:2: SyntaxError: 'return' outside function"),
        ("def f(a, a):\n    pass\n", "m.py:1: SyntaxError: duplicate argument 'a' in function definition"),
        ("x = 1\0\n", "m.py:1: "),
        ("import math\n\nprint(maths.pi)\n", "m.py:3: undefined name 'maths'"),
        ("def f():\n    return [x for y in range(3)]\n", "m.py:2: undefined name 'x'"),
        ("x = 1\n\n\ndef f():\n    print(x)\n    x = 2\n    return x\n", "m.py:5: local variable 'x' "),
        ("def f(a: Missing):\n    return a\n", "m.py:1: undefined name 'Missing'"),
        ("print('%s %s' % (1,))\n", "m.py:1: "),
        ("from . import data\n", "m.py:1: a relative import does not work here"),
    ],
)
def test_what_fails_for_certain_is_found(code, finding):
    (only,) = findings(m=code)
    assert only.startswith(finding)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nx = 1\n",
        "import not_installed_here\nfrom nor_this import that\n",
        "from __future__ import annotations\n\n\ndef f(a: Missing) -> Missing:\n    b: Gone = a\n    return b\n",
        "def f(a: 'Missing'):\n    b: Gone = a\n    return b\n",
        "try:\n    fast\nexcept NameError:\n    fast = None\n",
        "globals()['x'] = 1\nprint(x)\n",
        "from anything import *\nprint(whatever)\n",
        "def f():\n    global x\n    x = 1\n\n\nf()\nprint(x)\n",
        "import re\nre.compile('\\d')\nassert (1, 'always true')\nx = 1 is 1\n",
        "print(__file__, __name__)\n",
    ],
)
def test_what_may_be_right_is_none(code):
    assert findings(m=code) == []


def test_no_warning_gets_out_and_none_counts_as_a_mistake():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert findings(m="x = '\\d'\nif x is 'a':\n    pass\n") == []
    assert seen == []


def test_names_that_another_file_lacks():
    model = "import math\nfrom parts import Block as B\n\nclass Net:\n    pass\n\nfor SIZE in (1, 2):\n    pass\n"
    parts = "class Block:\n    pass\n"
    good = "from model import Net, B, SIZE, math\n"
    assert findings(main=good, model=model, parts=parts) == []
    bad = findings(main="import parts\nfrom model import Network\n", model=model, parts=parts)
    assert bad == ["main.py:2: cannot import name 'Network' from 'model': model.py does not define it"]


def test_a_module_that_imports_everything_may_have_any_name():
    assert findings(main="from model import anything\n", model="from library import *\n") == []


def test_modules_that_a_package_lacks():
    package = {"models/__init__.py": "from .net import Net\n", "models/net.py": "class Net:\n    pass\n"}
    assert lint({**package, "main.py": "import models.net\nfrom models import net, Net\n"}) == []
    (plain,) = lint({**package, "main.py": "import models.nets\n"})
    assert str(plain) == "main.py:1: no module named 'models.nets'"
    (relative,) = lint({"models/__init__.py": "from .nets import Net\n"})
    assert str(relative) == "models/__init__.py:1: no module named 'models.nets'"


@pytest.mark.parametrize(
    "guarded",
    [
        "try:\n    from model import Fast\nexcept ImportError:\n    Fast = None\n",
        "try:\n    from model import Fast\nexcept (KeyError, ModuleNotFoundError, Exception):\n    Fast = None\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from model import Fast\n",
    ],
)
def test_an_import_that_may_fail(guarded):
    assert findings(main=guarded, model="x = 1\n") == []
    assert findings(main="from model import Fast\n", model="def __getattr__(name):\n    return 1\n") == []


def test_findings_are_in_order_and_only_of_python_files():
    found = lint({"b.py": "y\n\nx\n", "a.py": "z\n", "notes.md": "def (\n"})
    assert [(one.path, one.line) for one in found] == [("a.py", 1), ("b.py", 1), ("b.py", 3)]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["a.py", "b/c.py", "b/__init__.py"]), st.text()))
def test_any_text_is_taken(files):
    lint(files)


def test_nothing_is_too_deep():
    for text in ("-" * 100_000 + "1", "x" + ".a" * 100_000, "1" + "+1" * 900, "(" * 1_000, "if 1:\n pass\nel" * 900):
        lint({"m.py": f"x = 1\n{text}\n"})
