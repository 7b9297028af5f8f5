"""What genes the features are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from tools.errors import NotApplicable
from tools.tool import FeatureColumnName, InputFile, Result, tool

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData


@tool(changes_data=True)
def annotate_genes(
    data: AnnData,
    mapping: Annotated[InputFile, Field(description="table of two columns: identifier (UniProt, RefSeq …) and symbol")],
    identifiers: Annotated[
        FeatureColumnName | None, Field(description="feature column with the identifiers; without it the feature's id")
    ] = None,
) -> Result:
    """Write the gene symbol of each feature to the feature column `gene`, from a table handed in.

    Of several identifiers (joined by `;`) the first one that is known counts; an isoform (`P10636-2`) counts as its
    protein. Features that are not in the table keep the gene that they have.
    """
    import pandas as pd

    from tools.proteomics.readers.text import read_table

    # An identifier may be a number, as Entrez's are; read as one, it would not be found.
    table = read_table(mapping, dtype=str)
    pairs = table.iloc[:, :2].dropna().drop_duplicates(table.columns[0])
    symbols = dict(zip(pairs.iloc[:, 0], pairs.iloc[:, 1], strict=True))
    ids = data.var_names.to_series() if identifiers is None else data.var[identifiers]
    found = [_symbol(str(name), symbols) for name in ids]
    known = sum(symbol is not None for symbol in found)
    if not known:
        shown = ", ".join(str(name) for name in ids[:3])
        raise NotApplicable(
            (f"no identifier such as {shown} is in {mapping.name}: is it of the same kind and species?",)
        )
    annotated = data.copy()
    genes: pd.Series = pd.Series(found, index=annotated.var_names, dtype=object)
    annotated.var["gene"] = genes.where(genes.notna(), annotated.var["gene"]) if "gene" in annotated.var else genes
    summary = f"{known} of {data.n_vars} features got a gene symbol."
    return Result(summary, data=annotated, facts={"annotated": known})


def _symbol(name: str, symbols: dict[str, str]) -> str | None:
    for one in name.split(";"):
        for identifier in (one.strip(), one.strip().split("-")[0]):
            if identifier in symbols:
                return symbols[identifier]
    return None
