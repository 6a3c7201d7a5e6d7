"""SQL files: their statements as definitions, and the text of their queries for open-source Spark."""
