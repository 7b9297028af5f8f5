from tree import Node, depth


def main():
    node = Node()
    node.child = node
    return depth(node)  # CALLS


main()  # CALLS
