"""The light test runner: what a child process executes, program and tests in one process.

Standard library only, and little of it, since every candidate pays for what is imported here:
`json`, `re`, `ast`, `typing` and the like stay out unless the tests need them. The child doesn't
import this package as `paragen.sandbox.runner` but as `_paragen_runner` (see `__main__`), so
modules here import each other relatively, and nothing else of paragen.
"""
