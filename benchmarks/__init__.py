"""What is measured, always beside a baseline of the same run; nothing here is asserted in tests."""
