"""An HTTP server that keeps what it is sent, and answers as it is told."""

import gzip
import http.server
import threading
from dataclasses import dataclass


@dataclass
class Recorded:
    method: str
    path: str
    headers: dict
    body: bytes  # decoded
    status: int  # of the answer

    def lines(self):
        return self.body.decode().splitlines()


class Recorder:
    """answer(request) gives the status, or the status and further fields; by default everything is accepted."""

    def __init__(self, answer=lambda request: 204, port=0):
        self.requests = []
        self.answer = answer
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = Recorded(self.command, self.path, dict(self.headers), body, 0)
                answer = recorder.answer(request)
                request.status, fields = answer if isinstance(answer, tuple) else (answer, {})
                recorder.requests.append(request)
                text = fields.pop("body", "").encode()
                self.send_response(request.status)
                for name, value in {**fields, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_PUT = do_PATCH = do_POST  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def accepted(self):
        """The lines of every request that was answered with success, in order."""
        return [line for r in list(self.requests) if r.status < 300 for line in r.lines()]

    def statuses(self):
        return [r.status for r in list(self.requests)]
