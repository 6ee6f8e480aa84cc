"""Programs that the documentation shows; the tests run them."""
