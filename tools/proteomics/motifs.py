"""What the surroundings of a phosphosite say of the kinases that may have written it.

Two sources: position-specific scoring matrices of 303 serine/threonine kinases (Johnson et al. 2023) where the optional
package `phosx` is installed, else consensus motifs written down here from the literature. A consensus stands for a
family of kinases that it cannot tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    import pandas as pd

    from tools.proteomics.linear_model import Floats

_REACH = 5
"""Residues on each side of the site that motifs look at."""
_KINASES_A_SITE = 15
"""Kinases that a site counts for: those whose matrices rank it highest among all sites (as the kinase library does)."""
_ALPHABET = "GPAVLIMCFYWHKRQNEDST"
"""Order of the residues in the matrices of phosx; three columns of phosphorylated neighbours follow."""

CONSENSUS = {
    "AKT, P70S6K, RSK": "R.R..[ST]",  # Manning and Cantley 2007
    "AMPK, SIK, MARK": "[LIMFV](?:[RKH].|.[RKH])..[ST]...[LIMFV]",  # Gwinn et al. 2008
    "PKA": "..[RK][RK].[ST][^P]",  # Kemp and Pearson 1990
    "PKC": "..[RK]..[ST].[RK]",  # Nishikawa et al. 1997
    "CAMK2": "..R..[ST][^P]",  # White et al. 1998
    "PKD": "[LIV].R..[ST]",  # Nishikawa et al. 1997
    "Aurora": "..[RKN]R.[ST][ILMV]",  # Alexander et al. 2011
    "ERK, MAPK": "...P.[ST]P",  # Gonzalez et al. 1991
    "CDK": ".....[ST]P.[RK]",  # Songyang et al. 1994
    "CK2": ".....[ST][DE].[DE]",  # Meggio and Pinna 2003
    "PLK1": "...[DEN].[ST][FILMVWY]",  # Alexander et al. 2011
    "GSK3": ".....[ST]...S",  # Fiol et al. 1987
    "ATM, ATR, DNA-PK": ".....[ST]Q",  # Kim et al. 1999
}
"""Family of kinases → its consensus, from the fifth residue before the site on."""


def kinase_sites(windows: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Which sites count as which kinase's (windows × kinases), and what the motifs are.

    Args:
        windows: sequence around each site, the site in the middle; one without a middle counts as no kinase's.
    """
    middles = [_middle(window) for window in windows]
    matrices = _matrices()
    if matrices:
        return _by_matrix(middles, matrices), f"scoring matrices of {len(matrices)} kinases (phosx)"
    return _by_consensus(middles), "consensus motifs of kinase families"


def _middle(window: str) -> str:
    """Eleven residues, the site in the middle, `_` beyond the ends of the protein."""
    padded = "_" * _REACH + window + "_" * _REACH
    return padded[len(padded) // 2 - _REACH :][: 2 * _REACH + 1].upper() if len(window) % 2 else "_" * 11


def _by_consensus(middles: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    patterns = {family: re.compile(pattern) for family, pattern in CONSENSUS.items()}
    return pd.DataFrame(
        {family: [pattern.match(middle) is not None for middle in middles] for family, pattern in patterns.items()}
    )


def _matrices() -> dict[str, Floats]:
    """Kinase → positions -5 to 4 × residues, relative to a random peptide; empty where phosx is not installed."""
    found = find_spec("phosx")
    if found is None or not found.submodule_search_locations:
        return {}
    import h5py

    with h5py.File(Path(found.submodule_search_locations[0]) / "data" / "S_T_PSSMs.h5") as file:
        return {kinase: np.asarray(file[kinase], dtype=float) for kinase in file}


def _by_matrix(middles: Sequence[str], matrices: dict[str, Floats]) -> pd.DataFrame:
    """Which sites on serine or threonine count for which kinases."""
    import pandas as pd

    usable = np.array([middle[_REACH] in "ST" for middle in middles])
    letters = np.array([[_ALPHABET.find(letter) for letter in middle[: 2 * _REACH]] for middle in middles])
    scores = np.zeros((len(middles), len(matrices)))
    for column, matrix in enumerate(matrices.values()):
        for position in range(2 * _REACH):
            # Last comes what is no residue, such as the end of the protein: it says nothing.
            weights = np.append(np.log2(np.maximum(matrix[position, : len(_ALPHABET)], 1e-3)), 0.0)
            scores[:, column] += weights[letters[:, position]]
    members = np.zeros(scores.shape, dtype=bool)
    if usable.any():
        percentiles = scipy.stats.rankdata(scores[usable], axis=0)
        members[usable] = scipy.stats.rankdata(-percentiles, axis=1) <= _KINASES_A_SITE
    return pd.DataFrame(members, columns=list(matrices))
