"""What views and pages are built on: API base, fast parser, problems, middleware, CSP, response cache, PDF, health."""
