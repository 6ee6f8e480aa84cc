"""Programs that the benchmarks start beside themselves, so that both ends of a measurement are processes of their own.

Each reads what it is to do as one JSON object on stdin, and prints its figures as one on stdout.
"""
