"""The hands: exact arithmetic, sandboxed Python, files, web pages, and the policy that holds them."""
