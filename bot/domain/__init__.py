"""The domain as frozen values."""
