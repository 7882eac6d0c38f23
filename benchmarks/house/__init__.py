"""What it costs to keep a house: a year of daily sessions, and a million offers of one day."""
