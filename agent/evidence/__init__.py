"""Statistics, the ledger, and what may be claimed."""
