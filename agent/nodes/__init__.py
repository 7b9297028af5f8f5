"""The graph's nodes: one file a node, each a thin shell around plain functions."""
