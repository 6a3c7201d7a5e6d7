"""Which resources and domains a change touches, and why: two versions of a bundle, compared by what they mean."""
