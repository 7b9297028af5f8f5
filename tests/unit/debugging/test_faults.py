"""Real programs that fail, run for real: the structure that is extracted from what the interpreter prints.

Each folder below `faults/` is a candidate; a file that must not parse is stored with `.txt` at the end of its name.
In the programs, `# RAISES` stands on the innermost line of the candidate's own that the failure is about, and `# CALLS`
on every other line of the call stack (of related exceptions too). `structure.md` is the golden file. After a change
that is meant to change it, run the tests with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.debugging.failure import Ended, Failure, describe
from agent.debugging.parser import parse
from agent.debugging.structure import Structure, extract, spots_of
from agent.debugging.traceback import Traceback, located

FAULTS = Path(__file__).parent / "faults"

# Fault → type of the exception, the function around the line that raises, and other definitions that must be shown.
EXPECTED = {
    "assertion_error_decorator": ("AssertionError", "checks.py", "positive.checked", {"def width_of(layer):"}),
    "async_unicode_error": ("UnicodeDecodeError", "fetch.py", "decode", set()),
    "attribute_error": ("AttributeError", "evaluate.py", "accuracy", {"    def predict(self, inputs):"}),
    "custom_error_generator": ("problems.Diverged", "stream.py", "checked", {"class Diverged(ArithmeticError):"}),
    "error_while_handling": ("AttributeError", "store.py", "Store.load", {'    folder = Path("does-not-exist")'}),
    "exception_group": ("ExceptionGroup", "jobs.py", "run_all", {'STEPS = {"fit": fit, "score": score}'}),
    "import_error": ("ImportError", "pipeline.py", "", {"class Net:"}),
    "indentation_error": ("IndentationError", "layers.py", "", set()),
    "index_error": ("IndexError", "buffer.py", "Buffer.get", {"        self.items = list(range(size))"}),
    "json_error_library": ("json.decoder.JSONDecodeError", "settings.py", "Settings.read", {"import json as codec"}),
    "key_error": ("KeyError", "config.py", "width", {"WIDTHS = {", '    "large": 64,'}),
    "module_level": ("TypeError", "rules.py", "halve", {"from rules import halve"}),
    "module_not_found": ("ModuleNotFoundError", "models/registry.py", "", set()),
    "name_error": ("NameError", "training.py", "Trainer.step", {"def cosine(epoch, epochs):"}),
    "nested_function": ("TypeError", "closures.py", "make_counter.count.add", {"    total = start"}),
    "not_implemented_base": ("NotImplementedError", "base.py", "Estimator.update", {"class Ridge(base.Estimator):"}),
    "numpy_shapes": ("ValueError", "layers.py", "Dense.__call__", {"import numpy as np"}),
    "overflow_error": ("OverflowError", "losses.py", "perplexity", {"    def mean(self, values):"}),
    "package_reexport": ("TypeError", "models/net.py", "Net.forward", {"    def apply(self, inputs):"}),
    "recursion_error": ("RecursionError", "tree.py", "depth", {"class Node:"}),
    "stop_iteration": ("RuntimeError", "main.py", "main", {"def second(values):"}),
    "syntax_error": ("SyntaxError", "features.py", "", {"def load():"}),
    "type_error_lambda": ("TypeError", "ranking.py", "scaled", {"def best(entries):"}),
    "unbound_local": ("UnboundLocalError", "search.py", "first_above", {"import search"}),
    "value_error_cause": ("loading.BadData", "loading.py", "load", {"class BadData(ValueError):"}),
    "worker_process": ("ZeroDivisionError", "task.py", "invert", {"import multiprocessing"}),
    "zero_division": ("ZeroDivisionError", "stats.py", "mean", {"import math"}),
}


class Fault:
    """One program, run."""

    def __init__(self, name: str, folder: Path) -> None:
        code = folder / "code"
        shutil.copytree(FAULTS / name, code, ignore=shutil.ignore_patterns("structure.md", "__pycache__"))
        for path in code.rglob("*.txt"):
            path.rename(path.with_suffix(""))
        self.files = {path.relative_to(code).as_posix(): path.read_text("utf-8") for path in code.rglob("*.py")}
        run = subprocess.run(
            [sys.executable, "code/main.py"],
            cwd=folder,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ["PATH"]},
            timeout=60,
        )
        assert run.returncode == 1
        self.log = run.stdout
        parsed = parse(run.stdout)
        assert parsed is not None
        self.traceback: Traceback = located(parsed, self.files)
        self.structure: Structure = extract(self.files, spots_of(self.traceback))

    def lines_with(self, mark: str) -> set[tuple[str, int]]:
        return {
            (path, number)
            for path, text in self.files.items()
            for number, line in enumerate(text.split("\n"), 1)
            if line.endswith(mark)
        }


@pytest.fixture(scope="module", params=sorted(EXPECTED))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def fault(name, tmp_path_factory):
    return Fault(name, tmp_path_factory.mktemp(name))


def test_every_fault_gives_the_function_and_the_lines(name, fault):
    exception, path, function, _ = EXPECTED[name]
    assert fault.traceback.exception == exception

    first, *others = fault.structure.excerpts
    assert (first.role, first.path, first.name) == ("raised" if first.role != "broken" else "broken", path, function)
    assert {(path, number) for number in first.marked} >= fault.lines_with("# RAISES")
    marked = {(one.path, number) for one in fault.structure.excerpts for number in one.marked}
    assert marked == fault.lines_with("# RAISES") | fault.lines_with("# CALLS")
    assert all(one.role != "raised" for one in others)


def test_every_fault_shows_what_it_depends_on(name, fault):
    shown = {text for one in fault.structure.excerpts for _, text in one.lines}
    lacking = {needed for needed in EXPECTED[name][3] if not any(line.startswith(needed) for line in shown)}
    assert lacking == set()


def test_lines_are_shown_as_they_are_in_the_files(fault):
    for one in fault.structure.excerpts:
        lines = fault.files[one.path].split("\n")
        assert all(lines[number - 1] == text for number, text in one.lines)


def test_every_structure_is_the_golden_one(name, fault):
    golden = FAULTS / name / "structure.md"
    text = fault.structure.render() + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text("utf-8")


def test_a_request_holds_it_all_within_bounds(name, fault):
    failure: Failure = describe(Ended(status="error", exit_code=1, log=fault.log), fault.files)
    exception, path, *_ = EXPECTED[name]
    assert failure.kind == "traceback"
    assert failure.summary.startswith(exception)
    assert f"({path}, line " in failure.summary
    assert exception in failure.traceback
    assert failure.structure == fault.structure.render()
    assert set(failure.files) <= set(fault.files)
    assert failure.notes == ()
    assert len(failure.traceback) < 5_000


def test_the_signature_does_not_depend_on_where_and_on_which_line(fault, tmp_path):
    moved = {path: "# moved\n" + text for path, text in fault.files.items()}
    code = tmp_path / "code"
    for path, text in moved.items():
        (code / path).parent.mkdir(parents=True, exist_ok=True)
        (code / path).write_text(text, "utf-8")
    run = subprocess.run(
        [sys.executable, "code/main.py"], cwd=code.parent, check=False, capture_output=True, text=True, timeout=60
    )
    failures = [describe(Ended(status="error", log=log), moved) for log in (fault.log, run.stderr)]
    assert failures[0].signature == failures[1].signature


def test_there_are_enough_kinds_and_no_fault_is_forgotten():
    assert {path.name for path in FAULTS.iterdir()} == set(EXPECTED)
    assert len({exception for exception, *_ in EXPECTED.values()}) >= 16
