"""Who and what the programme knows: organisations, users, households, workers and policy."""
