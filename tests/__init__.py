"""The promises of the product, each stated as a test."""
