"""Papers: sources, ranking, novelty, the local library."""
