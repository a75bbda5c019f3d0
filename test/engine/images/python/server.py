"""A small application: it keeps a word in its data directory and writes temporary files."""
import http.server
import signal
import sys
import tempfile
import urllib.parse

KEPT = "/app/data/kept"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        word = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).get("write")
        try:
            with tempfile.NamedTemporaryFile() as file:
                file.write(b"x")
            if word:
                with open(KEPT, "w") as file:
                    file.write(word[0])
            with open(KEPT, "a+") as file:
                file.seek(0)
                status, body = 200, file.read()
        except OSError as error:
            status, body = 500, str(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 80), Handler).serve_forever()
