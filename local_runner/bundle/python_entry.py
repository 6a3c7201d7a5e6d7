"""Starts `databricks.bundles.build` in the bundle's own Python, which need not have this package: it is run by its path.

`python -m` would do the same, but takes twice as long for a thousand resources: databricks-bundles calls `inspect.stack()`
for each, and that searches all loaded modules for the two frames of `-m`, which have no source file.
"""

import os
import sys

if __name__ == "__main__":
    if sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        # As with `-m`: the bundle's modules come first, and this folder is none of their business.
        sys.path[0] = os.getcwd()
    from databricks.bundles.build import main

    sys.exit(main(sys.argv))
