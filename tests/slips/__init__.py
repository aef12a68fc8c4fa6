"""联审单: a small flow with one step of every kind, an app of the tests alone."""
