"""How often the soak tests try what is random: SHARE=0.1 in the environment: so much of it."""

import os

SHARE = float(os.environ.get("SHARE", 1))


def amount(whole):
    return round(SHARE * whole)
