"""A real Odoo server on a copy of the prepared database, for what HttpCase cannot prove: two users at
once, a dump, the file store, a DEBUG log."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from odoo.tools import config

START_SECONDS = 120
SCRIPT_SECONDS = 300


class ApiError(Exception):
    """The server's refusal: ``status`` and ``message`` of the JSON-2 answer."""

    def __init__(self, status, body):
        self.status = status
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {"message": body[:300]}
        self.name = answer.get("name", "")
        self.message = str(answer.get("message", ""))
        super().__init__(f"{status} {self.name}: {self.message}")


class RealServer:
    """Context manager. Needs ``EDU_TEMPLATE_DB``, which ``dev/test`` sets: a prepared database that
    nobody is connected to.

    :param script: Python text for an Odoo shell that fills the copy; may print lines
    """

    def __init__(self, script):
        self.template = os.environ["EDU_TEMPLATE_DB"]
        self.database = f"{self.template[:30]}_e2e_{uuid.uuid4().hex[:8]}"
        self.script = script
        self.folder = tempfile.TemporaryDirectory(prefix="edu_e2e_")
        self.root = Path(self.folder.name)
        self.log = self.root / "server.log"
        self.process = None

    def __enter__(self):
        try:
            self._pg("createdb", "-T", self.template, self.database)
            self.output = self._odoo("shell", stdin=self.script)
            self.port = self._free_port()
            self.process = subprocess.Popen(
                self._command(
                    None,
                    f"--http-port={self.port}",
                    "--http-interface=127.0.0.1",
                    f"--logfile={self.log}",
                    "--log-level=debug_sql",
                    "--workers=0",
                    "--max-cron-threads=0",
                ),
                env=self._environment(),
                cwd=self.root,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._wait()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_args):
        self.stop()
        self._pg("dropdb", "--if-exists", "--force", self.database)
        self.folder.cleanup()

    def stop(self):
        """Stop the server; database and folder stay until the end of the context."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    # What it leaves behind

    def dump(self):
        """The whole database as SQL text, in bytes."""
        return subprocess.run(
            ["pg_dump", self.database], env=self._environment(), check=True, capture_output=True
        ).stdout

    def files(self):
        """Every file below the server's data folder."""
        return [path for path in (self.root / "data").rglob("*") if path.is_file()]

    # Talking to it

    def call(self, key, model, method, **arguments):
        """POST /json/2/<model>/<method> with a bearer key.

        :raise ApiError: for any answer but 200
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/json/2/{model}/{method}",
            data=json.dumps(arguments).encode(),
            headers={
                "Authorization": f"bearer {key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": self.database,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, error.read().decode(errors="replace")) from None

    def together(self, *calls):
        """Run calls ``(key, model, method, arguments)`` at the same moment, each in a thread.

        :return: their results in order, an :class:`ApiError` in place of a refused one
        """
        results = [None] * len(calls)
        barrier = threading.Barrier(len(calls))

        def run(at, key, model, method, arguments):
            barrier.wait()
            try:
                results[at] = self.call(key, model, method, **arguments)
            except ApiError as error:
                results[at] = error

        threads = [threading.Thread(target=run, args=(at, *call)) for at, call in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    # Inside

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/web/health", timeout=5)
                return
            except OSError:
                threading.Event().wait(0.3)
        tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        raise RuntimeError(f"the server did not start:\n{tail}")

    def _command(self, sub, *arguments):
        command = [sys.executable, "-m", "odoo"]
        if sub:
            command.append(sub)
        command += ["-c", config["config"], "-d", self.database, "-D", str(self.root / "data")]
        return [*command, *arguments]

    def _odoo(self, sub, stdin):
        done = subprocess.run(
            self._command(sub, "--no-http", "--log-level=error"),
            input=stdin,
            text=True,
            env=self._environment(),
            cwd=self.root,
            capture_output=True,
            check=False,
            timeout=SCRIPT_SECONDS,
        )
        if done.returncode or "Traceback" in done.stderr:
            raise RuntimeError(
                f"the shell script failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}"
            )
        return done.stdout

    def _environment(self):
        pg = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user"}
        pg["PGPASSWORD"] = "db_password"
        values = {name: str(config[option]) for name, option in pg.items() if config[option]}
        return {**os.environ, **values}

    def _pg(self, *command):
        subprocess.run(command, env=self._environment(), check=True, capture_output=True)

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
