"""The pages of a person's account: signing up and in, and everything about it that they can see and change."""
