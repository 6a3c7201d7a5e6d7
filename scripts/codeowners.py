"""`just codeowners`: writes .github/CODEOWNERS from owners.yml."""

import argparse
import os
import sys
from uuid import uuid4

from scripts.bundle_files import bundle_root
from scripts.edge import run
from scripts.owners import CODEOWNERS, read_owners


def main() -> None:
    argparse.ArgumentParser(prog="codeowners", description=__doc__, allow_abbrev=False).parse_args()
    root = bundle_root()
    text = read_owners(root).codeowners()
    file = root / CODEOWNERS
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        print(f"{CODEOWNERS} is up to date")
        return
    file.parent.mkdir(exist_ok=True)
    draft = file.with_name(f".draft-{uuid4().hex}")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    print(f"Wrote {CODEOWNERS}")


if __name__ == "__main__":
    sys.exit(run(main))
