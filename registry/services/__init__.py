"""The verbs: one a file, each within the transaction that it is handed. Only here do the pure rooms meet."""
