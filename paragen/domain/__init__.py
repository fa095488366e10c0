"""Floor 0: the values that everything else is made of, and the ports to the outside.

Nothing here opens a file, a socket or a process, reads a clock, or draws a random number.
"""
