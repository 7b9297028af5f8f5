class Node:
    child = None


def depth(node):
    return 0 if node.child is None else 1 + depth(node.child)  # RAISES
