"""Signing in: allauth's adapter, tokens and cookies, second factors, limits of attempts. Channels may import it."""
