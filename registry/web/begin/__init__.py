"""The pages on which an artist says a first word: one question a page."""
