"""What a proof of consent is made of, as plain bytes: hashes, the tree under an anchor, the archive, and its verifier."""
