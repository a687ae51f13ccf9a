"""`make rehearse-deploy`: the layout of docs/deploy.md on this machine, and a walk through it."""
