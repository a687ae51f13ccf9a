"""The measured shops: this tree's and another commit's."""
