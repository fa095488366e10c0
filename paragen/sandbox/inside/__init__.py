"""What runs within a worker: launcher, zygote, tester and candidates.

Standard library only. Inside, this package is `_paragen.inside` (see `__main__`), so that nothing
of paragen itself is imported there; modules import each other relatively.
"""
