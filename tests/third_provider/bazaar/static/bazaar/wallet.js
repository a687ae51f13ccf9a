// What the wallet would do.
