"""Sources of papers, one file a source, one contract."""
