"""The shops that are measured: this tree's and another commit's."""
