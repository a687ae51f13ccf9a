"""Sessions whose cookie a late answer cannot take away."""

from django.contrib.sessions.middleware import SessionMiddleware as DjangosSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class SessionMiddleware(DjangosSessionMiddleware):
    """
    Leaves the cookie alone when its session is unknown, where Django tells the browser to delete it.

    Signing in gives the session a new key. A request that left the browser just before carries the old one, and its
    answer may arrive after the new cookie: deleting then would sign the visitor out again without a word. The cart's
    stream asks for just such requests at that moment, as the cart comes along. Signing out deletes the cookie as ever.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
