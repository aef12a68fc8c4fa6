"""The append-only trail: who did what, when, acting as what and why. Plain values only."""
