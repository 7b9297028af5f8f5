DEPTH = 2
WIDTHS = {
    "small": 16,
    "large": 64,
}


def width(kind):
    """Units of a layer."""
    return WIDTHS[kind]  # RAISES


def unused():
    return DEPTH
