"""The nodes of a discovery's graph, one file a node."""
