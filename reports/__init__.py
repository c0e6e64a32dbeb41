"""What people read: visit list, ethics report, receipts. Knows nothing of storage."""
