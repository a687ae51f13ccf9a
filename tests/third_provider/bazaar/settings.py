from core.setup.environment import env

BAZAAR_KEY = env.str("BAZAAR_KEY", default="")


def find_unsafe(settings):
    return ["BAZAAR_KEY is the example's: set it to your own."] if settings["BAZAAR_KEY"] == "example" else []
