"""The names of a roster's steps."""

PREPARE, REVIEW, SEALING, PAYING = "prepare_roster", "review_roster", "seal_roster", "pay_out"
