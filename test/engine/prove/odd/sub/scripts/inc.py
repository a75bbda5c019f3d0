"""Is only right when its file, its variables and its directory were found from where it is."""
import http.server
import os
import signal

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
assert os.environ["GREETING"] == "hello"
http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
