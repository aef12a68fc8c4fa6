"""What a county brings along when it begins, and what comes new later: its lists, taken in from a table.

A table is read, tried and shown before anything happens; then the same rows go through the door as one act.
"""
