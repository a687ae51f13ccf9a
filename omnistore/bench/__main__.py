"""`manage.py bench` runs this in a process of its own, whose environment names the temporary data directory."""

import json
import os
import signal
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    import django

    django.setup()

    from omnistore.bench import course
    from omnistore.bench.crowd import CrowdFailed
    from omnistore.servers.processes import ServerError

    _seconds, _is_quiet = float(sys.argv[1]), sys.argv[2] == "quiet"

    def say(text: str) -> None:
        """Tell whoever watches."""
        if not _is_quiet:
            print(text, flush=True)

    # A polite kill ends the run like any error: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    try:
        _measured = course.run(seconds=_seconds, say=say)
    except (CrowdFailed, ServerError) as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        raise SystemExit("Stopped.") from None
    if _measured is None:
        raise SystemExit("The books do not balance: these figures are worth nothing.")
    print(json.dumps(_measured), flush=True)
