"""What the tables of search engines look like.

A format is known by columns that it alone has. Column names are written as `columns.key` writes them, so that a table
that went through R is known as well. To read another program's table, add an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.proteomics.readers.formats import Long, Wide


def _titles(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


_DIANN_LIMITS = {"q value": 0.01, "lib q value": 0.01, "lib pg q value": 0.01}
_FRAGPIPE = _titles(
    r"(?P<sample>.+)[ .]MaxLFQ[ .](?:Razor[ .])?Intensity",
    r"(?P<sample>.+)[ .]Razor[ .]Intensity",
    r"(?P<sample>.+)(?<!MaxLFQ)(?<!Total)(?<!Unique)[ .]Intensity",
)
_MSSTATS = ("condition", "bioreplicate", "mixture", "techrepmixture", "channel", "run")

FORMATS: tuple[Wide | Long, ...] = (
    Wide(
        "maxquant",
        "site",
        ("localization prob", "amino acid", "sequence window"),
        ("proteins", "positions within proteins", "amino acid"),
        at_least={"localization prob": 0.75},
        quantities=_titles(
            r"Reporter[ .]intensity[ .]corrected[ .](?P<sample>\d+[ .].+?)___\d",
            r"Reporter[ .]intensity[ .]corrected[ .](?P<sample>\d+)___\d",
            r"Intensity[ .](?P<sample>.+?)___\d",
            r"Intensity[ .](?P<sample>.+)",
        ),
    ),
    Wide(
        "maxquant",
        "protein",
        ("majority protein ids",),
        ("majority protein ids",),
        quantities=_titles(
            r"Ratio[ .]H[/.]L[ .]normalized[ .](?P<sample>.+)",
            r"LFQ[ .]intensity[ .](?P<sample>.+)",
            r"Reporter[ .]intensity[ .]corrected[ .](?P<sample>\d+[ .].+)",
            r"Reporter[ .]intensity[ .]corrected[ .](?P<sample>\d+)",
            r"Intensity[ .](?![LHM][ .])(?P<sample>.+)",
        ),
    ),
    Long(
        "maxquant",
        "precursor",
        ("modified sequence", "raw file", "leading razor protein", "intensity"),
        ("modified sequence", "charge"),
        samples=(("raw file",), ("experiment",)),
        quantities=("intensity",),
        about_samples=("experiment", "fraction"),
    ),
    Long(
        "diann",
        "protein",
        ("protein group", "precursor id", "run", "pg maxlfq"),
        ("protein group",),
        at_most=_DIANN_LIMITS,
        samples=(("run",),),
        quantities=("pg maxlfq",),
        once=True,
    ),
    Long(
        "diann",
        "precursor",
        ("protein group", "precursor id", "run", "precursor quantity"),
        ("precursor id",),
        at_most=_DIANN_LIMITS,
        samples=(("run",),),
        quantities=("precursor normalised", "precursor quantity"),
        once=True,
    ),
    Wide("diann", "precursor", ("protein group", "precursor id", "stripped sequence"), ("precursor id",)),
    Wide("diann", "protein", ("protein group", "genes", "first protein description"), ("protein group",)),
    Long(
        "spectronaut",
        "protein",
        ("r filename", "pg proteingroups", "pg quantity"),
        ("pg proteingroups",),
        at_most={"eg qvalue": 0.01, "pg qvalue": 0.01},
        samples=(("r filename",),),
        quantities=("pg quantity",),
        once=True,
        about_samples=("r condition", "r replicate", "r fraction"),
    ),
    Long(
        "spectronaut",
        "precursor",
        ("r filename", "eg modifiedsequence", "fg charge", "fg quantity"),
        ("eg modifiedsequence", "fg charge"),
        at_most={"eg qvalue": 0.01},
        samples=(("r filename",),),
        quantities=("fg quantity",),
        once=True,
        about_samples=("r condition", "r replicate", "r fraction"),
    ),
    Wide(
        "spectronaut",
        "protein",
        ("pg proteingroups",),
        ("pg proteingroups",),
        quantities=_titles(r"(?:\[\d+\][ .]|X\.\d+\.\.)?(?P<sample>.+)\.PG\.(?:Log2)?Quantity"),
    ),
    Wide(
        "fragpipe",
        "protein",
        ("protein id", "entry name", "combined total peptides"),
        ("protein id",),
        quantities=_FRAGPIPE,
    ),
    Wide(
        "fragpipe",
        "precursor",
        ("peptide sequence", "protein id", "mapped proteins"),
        ("modified sequence", "charge"),
        quantities=_FRAGPIPE,
    ),
    Wide("fragpipe", "protein", ("index", "numberpsm", "referenceintensity"), ("index",), scale="log2"),
    Wide(
        "proteome_discoverer",
        "precursor",
        ("annotated sequence", "master protein accessions"),
        ("annotated sequence", "modifications", "charge"),
        quantities=_titles(
            r"Abundances?[ .:_(]+Normalized[ .:_)]+(?P<sample>.+)", r"Abundance[ .:_]+(?P<sample>(?:F\d+|1[23]\d).*)"
        ),
    ),
    Wide(
        "proteome_discoverer",
        "protein",
        ("accession", "description"),
        ("accession",),
        quantities=_titles(
            r"Abundances?[ .:_(]+Normalized[ .:_)]+(?P<sample>.+)", r"Abundance[ .:_]+(?P<sample>(?:F\d+|1[23]\d).*)"
        ),
    ),
    Long(
        "msstats",
        "protein",
        ("protein", "run", "channel", "abundance"),
        ("protein",),
        scale="log2",
        samples=(("run", "channel"),),
        quantities=("abundance",),
        about_samples=_MSSTATS,
        once=True,
    ),
    Long(
        "msstats",
        "protein",
        ("protein", "originalrun", "logintensities"),
        ("protein",),
        scale="log2",
        samples=(("originalrun",),),
        quantities=("logintensities",),
        about_samples=("group", "subject"),
        once=True,
    ),
    Long(
        "msstats",
        "precursor",
        ("proteinname", "peptidesequence", "run", "channel", "intensity"),
        ("peptidesequence", "charge"),
        samples=(("run", "channel"),),
        quantities=("intensity",),
        about_samples=_MSSTATS,
    ),
    Long(
        "msstats",
        "precursor",
        ("proteinname", "run", "intensity", "condition"),
        ("peptidesequence", "peptidemodifiedsequence", "precursorcharge"),
        samples=(("run",),),
        quantities=("intensity",),
        about_samples=_MSSTATS,
    ),
    Long(
        "olink",
        "protein",
        ("sampleid", "olinkid", "assay", "npx"),
        ("assay",),
        samples=(("sampleid",),),
        quantities=("npx",),
        once=True,
        about_samples=("plateid",),
        scale="log2",
    ),
    Wide(
        "sage",
        "precursor",
        ("peptide", "charge", "proteins", "q value", "score"),
        ("peptide", "charge"),
        at_most={"q value": 0.01},
    ),
    Long(
        "alphapept",
        "precursor",
        ("sequence naked", "shortname", "protein", "ms1 int sum apex dn"),
        ("sequence", "charge"),
        samples=(("shortname",),),
        quantities=("ms1 int sum apex dn",),
    ),
    Long(
        "msaid",
        "precursor",
        ("raw file name", "modified sequence", "quantification"),
        ("modified sequence", "precursor charge"),
        at_most={"q value": 0.01},
        samples=(("raw file name",), ("sample name",)),
        quantities=("quantification",),
    ),
    *(
        Long(
            "long",
            "protein",
            ("sample", "protein", quantity),
            ("protein",),
            samples=(("sample",),),
            quantities=(quantity,),
        )
        for quantity in ("intensity", "abundance", "quantity", "value")
    ),
)
"""The first that fits is the one, so a format with more marks stands before one with fewer."""


def find_format(columns: Iterable[object], name: str, level: str) -> Wide | Long | None:
    """The format of a table with these columns.

    Args:
        columns: their titles.
        name: of the format, or `auto` for any.
        level: of the features, or `auto` for the first that the table has.
    """
    columns = list(columns)
    return next(
        (
            format_
            for format_ in FORMATS
            if name in ("auto", format_.name) and level in ("auto", format_.level) and format_.fits(columns)
        ),
        None,
    )
