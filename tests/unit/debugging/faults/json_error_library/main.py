from settings import Settings

settings = Settings.read()  # CALLS
