import json as codec

from defaults import TEXT as default_text


class Settings:
    def __init__(self, values):
        self.values = values

    @classmethod
    def read(cls, text=default_text):
        return cls(codec.loads(text))  # RAISES
