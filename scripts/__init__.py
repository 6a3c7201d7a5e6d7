"""The commands behind the justfile: they write, check and deploy resources."""
