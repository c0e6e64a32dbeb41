"""Who is it, and may we look: pseudonyms, basis, protection, the household over time, links."""
