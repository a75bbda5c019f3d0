"""Needs what an earlier service wrote, its secret and its token. POST writes beside its volumes; GET does not."""
import http.server
import os
import signal


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.answer(200 if os.path.exists("/vol/mine") or self.path == "/" else 404)

    def do_POST(self):
        try:
            with open("/opt/state", "w") as file:
                file.write("x")
            self.answer(201)
        except OSError:
            self.answer(500)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
assert os.path.exists("/vol/migrated")
assert open("/run/secrets/word").read().strip() == "secret-word"
assert os.environ["API_TOKEN"] == "tok-4f9c2ab71e"
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
