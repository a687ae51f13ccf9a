"""What all external services of carts have in common."""


class ServiceError(Exception):
    """The service could not answer. permanent: a retry will not help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
