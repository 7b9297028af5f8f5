"""What a tool is: a typed Python function that a workflow step can call.

    @tool(needs=Needs(scale="log2"), tables=(Table("similarity", "samples by their likeness to one of them",
                                                   {"cosine": "cosine of the angle between the two, -1 to 1"}),))
    def rank_by_similarity(data: AnnData, sample: str) -> Result:
        '''Rank samples by their likeness to one of them.

        Compares over the features that both samples have.
        '''

The schema of its parameters comes from the function's types (pydantic), its description from the docstring. A first
parameter `data` receives the data as it stands and is no parameter of the schema; a tool without one makes data from
files (a reader). A statistic is a cell of a result table: (table, row, column) names it for ever, so every number that
is printed of a tool can be traced to the call that made it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from tools.data import DataState, Scale
from tools.errors import NotApplicable, ToolInvalid
from tools.servers import NAME, McpServer

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData
    from matplotlib.figure import Figure
    from pydantic_core import ErrorDetails

Cost = Literal["seconds", "minutes", "hours"]


_NAMES = "names"
"""Key of a parameter's schema that says what its value must be the name of. A planner sees it as well."""

SampleColumnName = Annotated[str, Field(json_schema_extra={_NAMES: "sample column"})]
"""A parameter that names a column of the sample sheet."""
LevelName = Annotated[str, Field(json_schema_extra={_NAMES: "level"})]
"""A parameter that names a level of a column of the sample sheet. The tool has to check it, who knows of which."""
FeatureColumnName = Annotated[str, Field(json_schema_extra={_NAMES: "feature column"})]
"""A parameter that names a column of what is known of the features."""
InputFile = Annotated[Path, Field(json_schema_extra={_NAMES: "file"})]
"""A parameter that names a file which the user handed in; the function receives its path."""
InputTable = Annotated[Path, Field(json_schema_extra={_NAMES: "table"})]
"""A parameter that names a table of an earlier step, as `step.table`; the function receives the path of its CSV file
(`pandas.read_csv(path, index_col=0)`)."""


class Table(BaseModel):
    """A table that a tool returns: one row an entity, its index the entity's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    what: str
    """What one row is."""
    columns: dict[str, str]
    """Column → what it means, with its unit. Further columns may be there; these must be.
    A table of statistical tests has `p` (raw) and `q` (adjusted within the table)."""

    def __init__(self, name: str, what: str, columns: Mapping[str, str]) -> None:
        super().__init__(name=name, what=what, columns=dict(columns))

    @property
    def tests(self) -> bool:
        """Whether its rows are statistical tests, which count in the run's correction for multiple testing."""
        return "p" in self.columns


class Needs(BaseModel):
    """What the data must be like. Checked before the tool runs; a parameter that names a column needs it to exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scale: tuple[Scale, ...] = ()
    """Scales that the tool can work on; empty for any."""
    complete: bool = False
    """No missing values."""
    samples: int = 0
    """At least so many samples."""
    groups: str = ""
    """Name of the parameter that names the column of groups."""
    replicates: int = 0
    """At least so many samples in each of at least two groups."""
    feature_columns: tuple[str, ...] = ()


class ToolSpec(BaseModel):
    """What whoever plans is told of a tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    summary: str
    description: str
    parameters: dict[str, Any]
    """JSON schema."""
    needs: Needs = Needs()
    tables: tuple[Table, ...] = ()
    figures: tuple[str, ...] = ()
    reads_data: bool = True
    """False for a reader, which makes data from files."""
    changes_data: bool = False
    adds: tuple[str, ...] = ()
    """Sample columns that the data has after it, whatever it had before: later steps of a plan can name them."""
    cost: Cost = "seconds"
    image: str = "proteomics"
    origin: str = ""
    """Where it was found, with its version."""
    server: McpServer | None = None
    """The MCP server that it lives in. Such a tool runs in the server's process, outside of any sandbox."""


@dataclass(frozen=True)
class Result:
    """What a tool returns."""

    summary: str
    """One to three sentences for whoever plans: what was done and what came out."""
    data: AnnData | None = None
    """The data as it stands now; None leaves it as it was."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Name, as declared → table, indexed by the entity's name (unique strings)."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """Name, as declared → picture."""
    facts: Mapping[str, float | int | str | bool] = field(default_factory=dict)
    """Small results that are no table, such as `tested` and `significant`."""
    warnings: tuple[str, ...] = ()
    """What a reader of the result must know, each a sentence."""


@dataclass(frozen=True)
class Tool:
    """A Python function under the contract."""

    spec: ToolSpec
    function: Callable[..., Result]
    parameters: type[BaseModel]

    def typed(self, parameters: Mapping[str, Any]) -> BaseModel:
        """The parameters, typed, as far as they can be judged without the data.

        Raises:
            NotApplicable: with every mistake at once.
        """
        try:
            return self.parameters.model_validate(dict(parameters))
        except ValidationError as error:
            raise NotApplicable(tuple(_mistake(entry) for entry in error.errors())) from error

    def check(
        self,
        parameters: Mapping[str, Any],
        state: DataState | None,
        files: frozenset[str] = frozenset(),
        tables: frozenset[str] = frozenset(),
    ) -> BaseModel:
        """The parameters, typed, when the tool can be called with them.

        Args:
            parameters: as a planner gave them.
            state: of the data; None when there is none yet.
            files: names of the files that the user handed in.
            tables: names of the tables of earlier steps.

        Raises:
            NotApplicable: with every reason at once, each saying what would make the tool applicable.
        """
        typed = self.typed(parameters)
        reasons = list(_unknown_names(self.spec.parameters, typed, _known(state, files, tables)))
        if self.spec.reads_data and state is None:
            reasons.append("there is no data yet: call a reader first")
        if self.spec.reads_data and state is not None:
            reasons += _unmet(self.spec.needs, typed, state)
        if reasons:
            raise NotApplicable(tuple(reasons))
        return typed

    def arguments(self, typed: BaseModel, files: Mapping[str, Path], tables: Mapping[str, Path]) -> dict[str, Any]:
        """The function's arguments: the parameters, with names of files and tables turned into their paths."""
        paths = {"file": files, "table": tables}
        arguments = dict(typed)
        for name, to in references(self.spec.parameters).items():
            value = arguments[name]
            if to not in paths or value is None:
                continue
            known = paths[to]
            arguments[name] = tuple(known[str(one)] for one in value) if isinstance(value, tuple) else known[str(value)]
        return arguments


def tool(
    *,
    needs: Needs = Needs(),  # noqa: B008  a frozen value
    tables: tuple[Table, ...] = (),
    figures: tuple[str, ...] = (),
    changes_data: bool = False,
    adds: tuple[str, ...] = (),
    cost: Cost = "seconds",
    image: str = "proteomics",
) -> Callable[[Callable[..., Result]], Tool]:
    """Put a function under the contract.

    Args:
        needs: what the data must be like.
        tables: the tables that it returns, all of them.
        figures: names of the pictures that it returns.
        changes_data: whether it returns data.
        adds: sample columns that the data it returns has in any case.
        cost: how long a call usually takes.
        image: the sandbox image that has what the function imports.

    Raises:
        ToolInvalid: the function has no docstring, or a parameter has no type.
    """

    def make(function: Callable[..., Result]) -> Tool:
        text = inspect.getdoc(function)
        if not text:
            raise ToolInvalid(f"{function.__name__}: has no docstring, and that is what a planner reads")
        parameters, reads_data = _parameters(function)
        summary, _, rest = text.partition("\n")
        spec = ToolSpec(
            name=function.__name__,
            summary=summary.strip(),
            description=rest.strip(),
            parameters=parameters.model_json_schema(),
            needs=needs,
            tables=tables,
            figures=figures,
            reads_data=reads_data,
            changes_data=changes_data,
            adds=adds,
            cost=cost,
            image=image,
        )
        return Tool(spec, function, parameters)

    return make


def _parameters(function: Callable[..., Result]) -> tuple[type[BaseModel], bool]:
    """The model of a function's parameters, and whether the first one receives the data."""
    hints = get_type_hints(function, localns=_typing_names(), include_extras=True)
    fields: dict[str, Any] = {}
    signature = inspect.signature(function)
    reads_data = next(iter(signature.parameters), "") == "data"
    for name, parameter in signature.parameters.items():
        if name == "data" and reads_data:
            continue
        if name not in hints:
            raise ToolInvalid(f"{function.__name__}: parameter `{name}` has no type")
        fields[name] = (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
    model = create_model(
        f"{function.__name__}_parameters", __config__=ConfigDict(frozen=True, extra="forbid"), **fields
    )
    return model, reads_data


def _typing_names() -> dict[str, Any]:
    """Names that tools may import for type checking only, since importing them takes seconds."""
    return {"AnnData": Any}


def _mistake(entry: ErrorDetails) -> str:
    place = ".".join(str(part) for part in entry["loc"]) or "parameters"
    return f"parameter `{place}`: {entry['msg'][0].lower()}{entry['msg'][1:]}"


def references(schema: dict[str, Any]) -> dict[str, str]:
    """Parameter → what its value, or each of its values, must be the name of."""
    found = {}
    for name, part in schema.get("properties", {}).items():
        for inner in (part, part.get("items", {}), *part.get("anyOf", ())):
            if _NAMES in inner:
                found[name] = inner[_NAMES]
    return found


def _known(state: DataState | None, files: frozenset[str], tables: frozenset[str]) -> dict[str, list[str]]:
    """What a parameter can be the name of → the names that there are."""
    return {
        "file": sorted(files),
        "table": sorted(tables),
        "sample column": [column.name for column in state.sample_columns] if state else [],
        "feature column": list(state.feature_columns) if state else [],
    }


def _unknown_names(schema: dict[str, Any], typed: BaseModel, known: dict[str, list[str]]) -> list[str]:
    reasons = []
    for name, to in references(schema).items():
        value = getattr(typed, name)
        for one in value if isinstance(value, tuple | list) else (value,):
            if to in known and one is not None and str(one) not in known[to]:
                there = ", ".join(f"`{entry}`" for entry in known[to][:20]) or "none"
                reasons.append(f"parameter `{name}`: there is no {to} `{one}`; there is {there}")
    return reasons


def _unmet(needs: Needs, typed: BaseModel, state: DataState) -> list[str]:
    reasons = []
    if needs.scale and state.scale not in needs.scale:
        reasons.append(f"the data is on the scale `{state.scale}`; the tool works on {' or '.join(needs.scale)}")
    if needs.complete and state.missing_share > 0:
        reasons.append(f"{state.missing_share:.1%} of the values are missing; filter or impute first")
    if state.samples < needs.samples:
        reasons.append(f"there are {state.samples} samples; the tool needs {needs.samples}")
    reasons += [
        f"the features have no `{name}`; a reader or annotation must give it"
        for name in needs.feature_columns
        if name not in state.feature_columns
    ]
    column = state.column(str(getattr(typed, needs.groups))) if needs.groups else None
    if column is not None and needs.replicates:
        enough = [level for level, count in column.levels.items() if count >= needs.replicates]
        if len(enough) < 2:
            counts = ", ".join(f"{level}: {count}" for level, count in column.levels.items()) or "no levels"
            reasons.append(
                f"`{column.name}` has fewer than two groups of {needs.replicates} samples ({counts}); choose another"
            )
    return reasons
