"""Work in the background: which kinds of jobs there are, who runs them, and when."""
