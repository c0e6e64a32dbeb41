"""Is a delivery what was agreed: contracts, readers, rules, receipts, episode shapes."""
