import config


def build(kind):
    return [config.width(kind), config.DEPTH]  # CALLS


print(build("wide"))  # CALLS
