"""Rules: what the field watches, one rule a file in a folder for its theme; risks, hints and gates are told from them."""
