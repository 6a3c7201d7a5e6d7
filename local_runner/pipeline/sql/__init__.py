"""SQL files: their statements as definitions, and the text of their queries for open-source Spark."""

import logging

# sqlglot tells its parser's warnings to those who use it; they are not for those whose SQL it reads.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())
