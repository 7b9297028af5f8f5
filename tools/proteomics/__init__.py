"""Tools for the analysis of quantitative proteomics, and the statistics under them."""
