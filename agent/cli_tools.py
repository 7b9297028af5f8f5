"""The commands below `echolocate tools`."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer
from rich.console import Console
from rich.table import Column, Table

from agent.cli_options import McpOption, SandboxOption, ToolsOption
from agent.errors import UserMustAct
from agent.tool_calls import call_tool, place_of
from sandboxes.choose import choose
from tools.calls import Returned
from tools.errors import ToolInvalid
from tools.registry import Toolbox, find_tools
from tools.scaffold import new_tool
from tools.servers import McpServer
from tools.tool import Needs, Tool
from tools.validation import problems_of, run_tests

tools_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Tools: what a discovery's workflow steps can call."
)
ToolArgument = Annotated[str, typer.Argument(help="A tool's name.")]
_READ_FIRST = (
    "`echolocate tools try read_quantities -s table=TABLE -s samples=SHEET --out read` makes read/data.h5ad of yours"
)
_out = Console()


def toolbox(folders: list[Path] | None, servers: list[str] | None) -> Toolbox:
    """The tools that are there with what a user names.

    Raises:
        ToolInvalid: a server is not given as it must be.
    """
    return find_tools(folders or (), [McpServer.parse(server) for server in servers or ()])


@tools_app.command("list")
def list_(folder: ToolsOption = None, mcp: McpOption = None) -> None:
    """List all tools, and what could not be loaded."""
    found = toolbox(folder, mcp)
    table = Table(Column("tool", no_wrap=True), "what it does", "works on", "cost", "from")
    for tool in found.tools.values():
        spec = tool.spec
        works_on = " or ".join(spec.needs.scale) or "any data" if spec.reads_data else "files"
        table.add_row(spec.name, spec.summary, works_on, spec.cost, spec.origin)
    _out.print(table)
    for place, reason in found.broken.items():
        _out.print(f"not loaded: {place}: {reason.strip().splitlines()[-1]}", markup=False, soft_wrap=True)


@tools_app.command()
def show(name: ToolArgument, folder: ToolsOption = None, mcp: McpOption = None) -> None:
    """Show a tool: its parameters, what it needs and what it returns."""
    spec = toolbox(folder, mcp).get(name).spec
    _out.print(f"{spec.name}: {spec.summary}\n\n{spec.description}\n", markup=False)
    parameters = Table("parameter", "type", "default", "what")
    for parameter, part in spec.parameters.get("properties", {}).items():
        required = parameter in spec.parameters.get("required", ())
        default = "required" if required else json.dumps(part.get("default"))
        parameters.add_row(parameter, _type(part), default, part.get("description", ""))
    _out.print(parameters)
    for table in spec.tables:
        columns = Table("column", "meaning", title=f"table {table.name}: one row is {table.what}", title_justify="left")
        for column, meaning in table.columns.items():
            columns.add_row(column, meaning)
        _out.print(columns)
    _out.print(f"needs {_needs(spec.needs)}", markup=False)
    where = f"its MCP server, {' '.join(spec.server.command)}" if spec.server else f"the image {spec.image}"
    _out.print(f"runs in {where}; takes {spec.cost}; from {spec.origin}", markup=False)


def _needs(needs: Needs) -> str:
    """What the data must be like, in words."""
    parts = [
        f"the scale {' or '.join(needs.scale)}" if needs.scale else "",
        "no missing values" if needs.complete else "",
        f"at least {needs.samples} sample{'' if needs.samples == 1 else 's'}" if needs.samples else "",
        f"{needs.replicates} samples in each of two groups of `{needs.groups}`" if needs.replicates else "",
        *(f"the feature column `{name}`" for name in needs.feature_columns),
    ]
    return "; ".join(part for part in parts if part) or "nothing of the data"


def _type(part: dict[str, Any]) -> str:
    """A parameter's type in a word or two."""
    inner = [_type(one) for one in part.get("anyOf", ()) if one.get("type") != "null"]
    if inner:
        return " or ".join(inner)
    if "enum" in part:
        return ", ".join(str(value) for value in part["enum"])
    if part.get("type") == "array":
        return f"several of: {_type(part.get('items', {}))}"
    return str(part.get("names", part.get("type", "any")))


@tools_app.command("try")
def try_(
    name: ToolArgument,
    parameter: Annotated[
        list[str] | None, typer.Option("--set", "-s", help="name=value, the value as JSON or text; may be repeated.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data that a tool returned, .h5ad.", exists=True)] = None,
    out: Annotated[Path, typer.Option(help="Folder for what the tool returns.")] = Path("tried"),
    sandbox: SandboxOption = "auto",
    folder: ToolsOption = None,
    mcp: McpOption = None,
) -> None:
    """Call a tool and keep what it returns: data, tables and figures."""
    tool = toolbox(folder, mcp).get(name)
    if tool.spec.reads_data and data is None:
        raise UserMustAct(f"{name} works on data: name it with --data. {_READ_FIRST}")
    values = dict(_value(text) for text in parameter or ())
    returned = call_tool(place_of(tool.spec, partial(choose, sandbox)), _cache(), tool, values, data)
    _out.print(returned.summary, markup=False)
    for fact, value in returned.facts.items():
        _out.print(f"  {fact}: {value}", markup=False)
    for warning in returned.warnings:
        _out.print(f"  note: {warning}", markup=False, soft_wrap=True)
    for path in _copy(returned, out):
        _out.print(str(path), markup=False, soft_wrap=True)


def _value(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ToolInvalid(f"--set {text}: name=value is needed")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("echolocate")) / "tools"


def _copy(returned: Returned, out: Path) -> list[Path]:
    """Copy what a call returned into a folder; the data keeps the description that lies beside it."""
    out.mkdir(parents=True, exist_ok=True)
    files = [*returned.tables.values(), *returned.figures.values()]
    if returned.data is not None:
        files += [returned.data, returned.data.with_suffix(".state.json")]
    return [Path(shutil.copyfile(path, out / path.name)) for path in files]


@tools_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and underscores.")],
    folder: Annotated[Path, typer.Option(help="Where it is written.")] = Path("tools"),
) -> None:
    """Write a new tool that works, with its test, to be changed."""
    made, test = new_tool(name, folder)
    _out.print(f"{made}\n{test}", markup=False, soft_wrap=True)
    _out.print(f"Change them, then: echolocate tools validate {folder}", markup=False, soft_wrap=True)


@tools_app.command()
def validate(folder: Annotated[Path, typer.Argument(help="A folder of tools.", exists=True, file_okay=False)]) -> None:
    """Check the tools of a folder against the contract and run their tests. One line per mistake."""
    found = find_tools([folder])
    own = frozenset(name for name, tool in found.tools.items() if Path(tool.spec.origin).parent == folder)
    problems = problems_of(found, own)
    if not own and not problems:
        problems = [f"{folder}: no tool in it; `echolocate tools new NAME --folder {folder}` writes one"]
    if not problems:
        passed, closing = run_tests(folder)
        _out.print(closing, markup=False)
        problems = [] if passed else [f"{folder}: the tests do not pass: {closing}"]
    if problems:
        raise ToolInvalid("\n".join(problems))
    _out.print(f"{', '.join(sorted(own))}: fit to be used", markup=False)


@tools_app.command()
def serve(sandbox: SandboxOption = "auto", folder: ToolsOption = None, mcp: McpOption = None) -> None:
    """Offer the tools to other agents, as an MCP server on standard input and output."""
    from tools.mcp_server import serve as serve_tools

    place, found = choose(sandbox), toolbox(folder, mcp)

    def call(tool: Tool, parameters: dict[str, Any], data: Path | None) -> Returned:
        return call_tool(place_of(tool.spec, lambda: place), _cache(), tool, parameters, data)

    serve_tools(found, call)
