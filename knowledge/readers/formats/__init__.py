"""One file per format.

A format is a module here with `SUFFIXES`, the lower-case file name endings it reads, and
`read(data, *, path, limits) -> Reading`. Adding a file adds a format. What a format needs is imported inside
its functions, so that knowing the formats costs nothing.
"""
