"""The migrations of a house's database, in ``versions`` by number; they are part of the package."""
