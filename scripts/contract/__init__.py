"""Contracts: which columns each final table has, and of what types, for those who read it.

    contracts/<domain>/<source>.yml     what is recorded
    a dry run of the pipelines          what the code makes

A final table is one that a file `final_*` of a pair's `transformations/` defines, and that is published.
"""
