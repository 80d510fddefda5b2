"""Pages for auditors: the figures of what they may see, who did what, and exports made for them."""
