"""Which tables a bundle's pipelines write and read, from their source files alone: nothing is run, and no Spark is needed.

What only running a file would tell, such as a name from a loop, is left out: what is here is true, not complete.
"""

from scripts.lineage.pipelines import Dataset, Lineage, TableName, TableRead, lineage, source_files
from scripts.lineage.source import Kind

__all__ = ["Dataset", "Kind", "Lineage", "TableName", "TableRead", "lineage", "source_files"]
