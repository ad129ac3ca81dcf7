"""The steps from one form of the database to the next, shipped with the software."""
