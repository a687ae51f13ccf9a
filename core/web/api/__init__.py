"""What every API view uses: its base, its parser, its problems and its document. Views and channels import it."""
