from pathlib import Path


class Store:
    folder = Path("does-not-exist")

    def load(self, name):
        try:
            return self.read(name)  # CALLS
        except FileNotFoundError:
            return self.fallback[name]  # RAISES

    def read(self, name):
        return (self.folder / name).read_bytes()  # CALLS
