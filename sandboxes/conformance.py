"""The contract of `sandboxes.sandbox`, as tests that any backend can run.

A backend's own tests subclass `SandboxConformance` and say where a sandbox comes from:

    class TestMySandbox(SandboxConformance):
        @pytest.fixture
        def sandbox(self) -> MySandbox:
            return MySandbox()

What a backend cannot give, it names in `Isolation.lacks`, and its tests override that one check with an expected
failure that quotes the name.
"""

# A test's name is its sentence; a job's fields are checked by its model.
# ruff: noqa: D102, ANN401

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from sandboxes.errors import JobRejected
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from pathlib import Path

    from sandboxes.sandbox import Outcome, Sandbox


class SandboxConformance:
    """One method a promise. Each takes pytest's fixtures `sandbox` (from the subclass) and `tmp_path`."""

    image = "base"
    """Image of the jobs, for backends that have images."""

    def job(self, place: Path, program: str, job_id: str = "job", **fields: Any) -> Job:
        """Return a job that runs a Python program."""
        code = place / f"code-{job_id}"
        code.mkdir(exist_ok=True)
        (code / "main.py").write_text(dedent(program), encoding="utf-8")
        fields = {"command": ("python", "code/main.py"), "image": self.image, "limits": Limits(wall_s=30)} | fields
        # Ids are for ever, and engines outlive a test: the test's own folder makes them differ.
        return Job(id=f"{place.name[:40].lower().strip('_')}-{job_id}", code=code, **fields)

    def result(self, sandbox: Sandbox, place: Path, program: str, **fields: Any) -> Outcome:
        """Return how a Python program ended."""
        return sandbox.run(self.job(place, program, **fields), place / "keep")

    def test_it_is_ready_and_says_what_it_is(self, sandbox: Sandbox, tmp_path: Path) -> None:
        sandbox.check()
        outcome = self.result(sandbox, tmp_path, "print('hello')")
        assert outcome.isolation == sandbox.isolation
        assert sandbox.isolation.backend
        assert sandbox.isolation.summary

    def test_a_job_sees_its_folders_and_hands_back_named_files(self, sandbox: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "table.csv").write_text("7", encoding="utf-8")
        (tmp_path / "folder" / "deep").mkdir(parents=True)
        (tmp_path / "folder" / "deep" / "part.txt").write_text("8", encoding="utf-8")
        program = """
            import pathlib
            a, b = pathlib.Path("in/a.csv").read_text(), pathlib.Path("in/b/deep/part.txt").read_text()
            pathlib.Path("out/sum.txt").write_text(str(int(a) + int(b)))
            pathlib.Path("out/unasked.txt").write_text("x")
        """
        inputs = {"a.csv": tmp_path / "table.csv", "b": tmp_path / "folder"}
        outcome = self.result(sandbox, tmp_path, program, inputs=inputs, outputs=("sum.txt", "absent.txt"))
        assert (outcome.status, outcome.exit_code) == ("ok", 0), outcome.log
        assert list(outcome.outputs) == ["sum.txt"]
        assert outcome.outputs["sum.txt"].read_text(encoding="utf-8") == "15"
        assert [path.name for path in outcome.outputs["sum.txt"].parent.iterdir()] == ["sum.txt"]

    def test_code_and_inputs_are_read_only(self, sandbox: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a", encoding="utf-8")
        program = """
            for path in ("code/main.py", "code/new.py", "in/a.txt", "in/new.txt"):
                try:
                    open(path, "a").write("x")
                except OSError:
                    continue
                print("wrote", path)
        """
        outcome = self.result(sandbox, tmp_path, program, inputs={"a.txt": tmp_path / "a.txt"})
        assert outcome.log == ""

    def test_the_host_folders_stay_as_they_were(self, sandbox: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a", encoding="utf-8")
        program = """
            for path in ("code/main.py", "in/a.txt"):
                try:
                    open(path, "w").write("spoilt")
                except OSError:
                    pass
        """
        job = self.job(tmp_path, program, inputs={"a.txt": tmp_path / "a.txt"})
        before = (job.code / "main.py").read_bytes()
        sandbox.run(job, tmp_path / "keep")
        assert (job.code / "main.py").read_bytes() == before
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "a"

    def test_only_the_given_environment(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = "import os; print(sorted(n for n in os.environ if 'KEY' in n or 'GIVEN' in n), os.environ['GIVEN'])"
        outcome = self.result(sandbox, tmp_path, program, env={"GIVEN": "yes ☃"})
        assert outcome.log == "['GIVEN'] yes ☃\n"

    def test_no_network(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = """
            import socket
            for address in (("192.0.2.1", 80), ("169.254.169.254", 80), ("172.17.0.1", 22)):
                try:
                    socket.create_connection(address, timeout=2)
                except TimeoutError:
                    print("sent", address)
                except OSError:
                    pass
        """
        assert self.result(sandbox, tmp_path, program).log == ""

    def test_a_failing_program_is_a_value(self, sandbox: Sandbox, tmp_path: Path) -> None:
        outcome = self.result(sandbox, tmp_path, "raise SystemExit(3)")
        assert (outcome.status, outcome.exit_code, outcome.signal) == ("error", 3, None)

    def test_a_command_that_is_not_there_is_a_value(self, sandbox: Sandbox, tmp_path: Path) -> None:
        outcome = self.result(sandbox, tmp_path, "", command=("no-such-program",))
        assert (outcome.status, outcome.exit_code) == ("error", 127)
        assert "no-such-program" in outcome.log

    def test_a_death_by_signal_is_told(self, sandbox: Sandbox, tmp_path: Path) -> None:
        outcome = self.result(sandbox, tmp_path, "import os; os.abort()")
        assert (outcome.status, outcome.exit_code, outcome.signal) == ("error", None, 6)
        assert "SIGABRT" in outcome.detail

    def test_output_before_a_kill_is_kept(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = "import time; print('last words'); time.sleep(60)"
        started = time.monotonic()
        outcome = self.result(sandbox, tmp_path, program, limits=Limits(wall_s=2))
        assert outcome.status == "timeout"
        assert outcome.log == "last words\n"
        assert "2 s" in outcome.detail
        assert 1.9 <= outcome.wall_s < time.monotonic() - started < 12

    def test_children_end_with_the_job(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = """
            import subprocess, sys
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        """
        started = time.monotonic()
        assert self.result(sandbox, tmp_path, program).status == "ok"
        assert time.monotonic() - started < 15

    def test_too_much_memory_is_told_as_such(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = """
            import time
            held = []
            while True:
                held.append(bytearray(b"x") * (8 << 20))
                time.sleep(0.01)
        """
        outcome = self.result(sandbox, tmp_path, program, limits=Limits(wall_s=30, memory_mb=128))
        assert outcome.status == "oom"
        assert "128 MiB" in outcome.detail

    def test_a_full_out_folder_is_told_as_such(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = """
            import time
            with open("out/big", "wb", buffering=0) as file:
                while True:
                    if file.write(b"x" * (1 << 20)) < 1 << 20:
                        raise OSError("no room")
                    time.sleep(0.01)
        """
        outcome = self.result(sandbox, tmp_path, program, limits=Limits(wall_s=30, output_mb=16))
        assert outcome.status == "output_limit"
        assert "16 MiB" in outcome.detail

    def test_a_long_log_keeps_its_ends(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = """
            print("first")
            for number in range(200_000):
                print("line", number)
            print("last")
        """
        outcome = self.result(sandbox, tmp_path, program, limits=Limits(wall_s=30, log_kb=8))
        assert outcome.log.startswith("first\n")
        assert outcome.log.endswith("last\n")
        assert "bytes left out" in outcome.log
        assert len(outcome.log) < 9 * 1024
        assert outcome.log_path.read_text(encoding="utf-8") == outcome.log

    def test_control_sequences_do_not_get_out(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = r"""
            import sys
            sys.stdout.buffer.write(b"\x1b[2Ja\x1b]0;title\x07b\x00\xffc\n")
        """
        log = self.result(sandbox, tmp_path, program).log
        assert log == "ab\ufffd\ufffdc\n"

    def test_links_are_not_followed(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = "import os; os.symlink('/etc/passwd', 'out/a'); os.mkfifo('out/b'); os.mkdir('out/c')"
        outcome = self.result(sandbox, tmp_path, program, outputs=("a", "b", "c"))
        assert outcome.outputs == {}
        assert all(f"out/{name} was refused" in outcome.detail for name in "abc")

    def test_asking_again_collects(self, sandbox: Sandbox, tmp_path: Path) -> None:
        job = self.job(tmp_path, "import uuid; print(uuid.uuid4()); open('out/a', 'w').write('a')", outputs=("a",))
        first = sandbox.run(job, tmp_path / "keep")
        (tmp_path / "keep").rename(tmp_path / "moved")
        again = sandbox.run(job, tmp_path / "moved")
        assert again.log == first.log
        assert again.outputs["a"].read_text(encoding="utf-8") == "a"

    def test_two_callers_of_one_job_run_it_once(self, sandbox: Sandbox, tmp_path: Path) -> None:
        job = self.job(tmp_path, "import uuid, time; time.sleep(1); print(uuid.uuid4())")
        with ThreadPoolExecutor() as pool:
            one, two = pool.map(lambda _: sandbox.run(job, tmp_path / "keep"), range(2))
        assert one == two

    def test_jobs_run_side_by_side(self, sandbox: Sandbox, tmp_path: Path) -> None:
        jobs = [self.job(tmp_path, f"print({n})", job_id=f"job{n}") for n in range(4)]
        with ThreadPoolExecutor() as pool:
            outcomes = list(pool.map(lambda job: sandbox.run(job, tmp_path / "keep"), jobs))
        assert [outcome.log for outcome in outcomes] == ["0\n", "1\n", "2\n", "3\n"]

    def test_cancel_ends_a_job(self, sandbox: Sandbox, tmp_path: Path) -> None:
        job = self.job(tmp_path, "import time; time.sleep(60)")
        timer = threading.Timer(2, sandbox.cancel, [job.id])
        timer.start()
        started = time.monotonic()
        outcome = sandbox.run(job, tmp_path / "keep")
        timer.join()
        assert outcome.status == "cancelled"
        assert time.monotonic() - started < 15

    def test_cancelling_what_does_not_run_is_no_error(self, sandbox: Sandbox, tmp_path: Path) -> None:  # noqa: ARG002
        sandbox.cancel("never-heard-of")

    def test_a_job_that_cannot_be_run_is_rejected(self, sandbox: Sandbox, tmp_path: Path) -> None:
        good = self.job(tmp_path, "")
        wrong: list[dict[str, object]] = [
            {"code": tmp_path / "absent"},
            {"inputs": {"a": tmp_path / "absent"}},
            {"inputs": {"../a": tmp_path}},
            {"outputs": ("../../etc/passwd",)},
            {"outputs": ("..",)},
            {"gpus": 1},
        ]
        for fields in wrong:
            reason = _rejection(sandbox, good.model_copy(update=fields), tmp_path / "keep")
            assert good.id in reason, f"{fields} was not rejected"

    def test_reap_leaves_the_living_alone(self, sandbox: Sandbox, tmp_path: Path) -> None:
        job = self.job(tmp_path, "import time; time.sleep(3); print('done')", owner="run-1")
        with ThreadPoolExecutor() as pool:
            running = pool.submit(sandbox.run, job, tmp_path / "keep")
            time.sleep(1.5)
            sandbox.reap()
            sandbox.reap("run-1")
            assert running.result().log == "done\n"


def _rejection(sandbox: Sandbox, job: Job, keep: Path) -> str:
    try:
        sandbox.run(job, keep)
    except JobRejected as rejected:
        return str(rejected)
    return ""
