"""What is left when a worker is killed, the connection is cut, the disk is full, or two import the
same file at once: all of a batch or nothing, exact counts, and a second run that completes.

Real processes (``import_worker``) on a copy of the prepared database; nothing here shares the tests'
transaction.
"""

import os
import subprocess
import tempfile
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2

from odoo.tests import tagged
from odoo.tests.common import BaseCase
from odoo.tools import config

from .import_worker import BATCH, Process

CHILDREN = 3 * BATCH


@tagged("post_install", "-at_install")
class TestRosterImportFaults(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="edu_faults_")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.folder.chmod(0o755)
        names = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user"}
        names["PGPASSWORD"] = "db_password"
        values = {name: str(config[option]) for name, option in names.items() if config[option]}
        cls.pg = {**os.environ, **values}
        template = os.environ["EDU_TEMPLATE_DB"]
        cls.database = f"{template[:30]}_faults_{uuid.uuid4().hex[:8]}"
        cls.run_pg("createdb", "-T", template, cls.database)
        cls.addClassCleanup(cls.run_pg, "dropdb", "--if-exists", "--force", cls.database)
        cls.worker = cls.enterClassContext(Process.start(cls.database, cls.folder, cls.pg))
        cls.worker.call("make_county")
        cls.first = 0

    @classmethod
    def run_pg(cls, *command):
        subprocess.run(command, env=cls.pg, check=True, capture_output=True)

    def another(self):
        """Another worker."""
        return self.enterContext(self.worker.another(uuid.uuid4().hex))

    def query(self, query, *values, user=None, database=None):
        """Rows of a statement outside of Odoo, committed at once."""
        connection = psycopg2.connect(
            dbname=database or self.database,
            host=config["db_host"] or None,
            port=config["db_port"] or None,
            user=user or config["db_user"] or None,
            password=config["db_password"] or None,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cr:
                cr.execute(query, values)
                return cr.fetchall() if cr.description else []
        finally:
            connection.close()

    def new_import(self, count=CHILDREN, pressed=True):
        """(id of an import of children of its own, number of the first)"""
        TestRosterImportFaults.first += 40
        first = self.first
        return self.worker.call("previewed", first, count, pressed), first

    def wait_for_the_job(self):
        """Until PostgreSQL has seen that whoever ran the job is gone."""
        self.query("SELECT id FROM ir_cron FOR UPDATE")

    def assertThere(self, roster, first, rows, state="running", waiting="", told=""):
        """So many rows are in: the import says so, and exactly their children are there; why it waits
        stands there, and was told."""
        facts = self.worker.call("facts", roster, first)
        self.assertEqual((facts["state"], facts["done"]), (state, rows))
        self.assertEqual((facts["waiting"], facts["told"]), (waiting, told))
        self.assertEqual(facts["counts"], [rows, rows, 0, 0, 0, 0])
        whole = facts["children"], facts["guardians"], facts["notes"]
        self.assertEqual(whole, (rows, rows, rows))
        self.assertEqual(bool(facts["memo"]), state == "running" and rows > 0)

    def test_a_worker_is_killed_within_a_batch(self):
        roster, first = self.new_import()
        victim = self.another()
        victim.call("stall", "written", 2)
        self.assertEqual(victim.call("work"), "stalled")
        victim.kill()
        self.wait_for_the_job()
        self.assertThere(roster, first, BATCH)
        self.worker.call("by_the_clock")
        self.assertThere(roster, first, CHILDREN, "done")

    def test_the_connection_is_cut_within_a_batch(self):
        for where in ("written", "planned"):
            with self.subTest(where=where):
                roster, first = self.new_import()
                worker = self.another()
                worker.call("stall", where, 2)
                self.assertEqual(worker.call("work"), "stalled")
                cut = self.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND application_name = %s",
                    self.database,
                    worker.application,
                )
                self.assertIn((True,), cut)
                worker.call("go on")
                self.wait_for_the_job()
                lost = "connection", "The connection to the database was lost."
                self.assertThere(roster, first, BATCH, "running", *lost)
                worker.call("by_the_clock")  # the same process, with another connection
                self.assertThere(roster, first, CHILDREN, "done")

    def test_the_disk_is_full_within_a_batch(self):
        with self.small_disk() as fill:
            roster, first = self.new_import(count=13 * BATCH)
            worker = self.another()
            worker.call("stall", "planned", 2)
            self.assertEqual(worker.call("work"), "stalled")
            free = fill()
            worker.call("go on")
            facts = self.worker.call("facts", roster, first)
            rows = facts["done"]
            self.assertIn(rows, range(BATCH, 13 * BATCH, BATCH))
            full = "room", "The database server has no room left on its disk."
            self.assertThere(roster, first, rows, "running", *full)
            worker.call("by_the_clock")
            self.assertThere(roster, first, rows, "running", *full)
            free()
            worker.call("by_the_clock")
            self.assertThere(roster, first, 13 * BATCH, "done")

    def test_the_same_file_is_imported_twice_at_once(self):
        one, first = self.new_import(count=BATCH + 1, pressed=False)
        two = self.worker.call("previewed", first, BATCH + 1, False)
        workers = [self.another(), self.another()]
        before = self.worker.call("facts", one, first)["all"]
        for worker, roster in zip(workers, (one, two), strict=True):
            worker.call("stall", "planned", 1)
            self.assertEqual(worker.call("press", roster), "stalled")
        for worker in workers:  # both have planned to enter the same children
            worker.send("go on")
        for worker in workers:
            self.assertIsNone(worker.answer())
        facts = [self.worker.call("facts", roster, first) for roster in (one, two)]
        rows = BATCH + 1
        self.assertEqual(
            sorted(told["counts"] for told in facts),
            [[rows, 0, 0, rows, 0, 0], [rows, rows, 0, 0, 0, 0]],
        )
        self.assertEqual({told["state"] for told in facts}, {"done"})
        self.assertEqual(facts[0]["all"], before + rows)
        self.assertEqual((facts[0]["children"], facts[0]["notes"]), (rows, rows))

    # -- a disk that can be filled ----------------------------------------------------------------

    @contextmanager
    def small_disk(self):
        """The children stand on a disk of their own, a small tmpfs; gives a function that fills it,
        which gives one that frees it again. Where no such disk can be made (no root, or a server that
        is another machine's), PostgreSQL is made to give the same error at the same place."""
        place = self.folder / "disk"
        name = f"edu_small_{uuid.uuid4().hex[:8]}"
        try:
            self.make_disk(place, name)
        except (subprocess.CalledProcessError, OSError, psycopg2.Error):
            yield self.refusing
            return
        self.query(f"ALTER TABLE edu_student SET TABLESPACE {name}")
        yield lambda: self.filled(place / "filler")

    def make_disk(self, place, name):
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place]
        subprocess.run(mount, check=True, capture_output=True)
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=False)
        owner = {"user": "postgres", "database": "postgres"}
        [(folder,)] = self.query("SHOW data_directory", **owner)
        server = Path(folder).stat()
        os.chown(place, server.st_uid, server.st_gid)
        create = f"CREATE TABLESPACE {name} OWNER {config['db_user']} LOCATION %s"
        self.query(create, str(place), **owner)
        self.addCleanup(self.query, f"DROP TABLESPACE {name}", **owner)
        self.addCleanup(self.query, "ALTER TABLE edu_student SET TABLESPACE pg_default")

    def filled(self, filler):
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        return filler.unlink

    def refusing(self):
        self.query(
            """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
               CREATE TRIGGER no_room BEFORE INSERT ON edu_student EXECUTE FUNCTION no_room()"""
        )
        return lambda: self.query("DROP TRIGGER no_room ON edu_student; DROP FUNCTION no_room()")
