"""Shares the network of another service, and is late."""
import http.server
import os
import signal
import time

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
time.sleep(1)
http.server.ThreadingHTTPServer(("", 9000), http.server.SimpleHTTPRequestHandler).serve_forever()
