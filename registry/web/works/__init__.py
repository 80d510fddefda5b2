"""The pages on which people live with their works: the list, one work, what is said of them."""
