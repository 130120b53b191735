"""Target-trial emulation in numpy: clone-censor-weight, attempt contrasts and sequential trials on small tables.

Nothing here knows what a follow-up call is: people have decisions in intervals, covariate patterns and exits.
"""
