"""The measured shops: this tree's and another commit's. They import no other room of the benchmark."""
