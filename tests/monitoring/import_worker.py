"""A process of its own on a database of its own that imports rosters, for tests that kill it.

python import_worker.py CONFIG DATABASE FOLDER

Takes commands as lines of JSON, ``[name, argument…]``, and answers each with a line; where it was told
to stop within a batch (``stall``), it says ``"stalled"`` and goes on after another line. ``fork`` makes
a second process of the same kind, as Odoo's own server makes its workers. Importing the module starts
nothing: the test (``test_roster_import_faults``) uses ``Process``.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from odoo.tools import config

BATCH = 3


class Process:
    """The other end: talks to a worker. A context manager.

    :param pid: of a worker
    :param commands, answers: paths of its pipes
    """

    def __init__(self, pid, commands, answers):
        self.pid = pid
        self.commands = commands.open("w", encoding="utf-8")
        self.answers = answers.open(encoding="utf-8")

    @classmethod
    def start(cls, database, folder, environment):
        """The first worker."""
        pipes = cls.pipes(folder, "first")
        with (folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, __file__, config["config"], database, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
                env={**environment, "PYTHONSAFEPATH": "1"},
            )
        self = cls(process.pid, *pipes)
        self.process = process
        self.folder = folder
        return self

    @staticmethod
    def pipes(folder, name):
        commands, answers = folder / f"{name}.in", folder / f"{name}.out"
        os.mkfifo(commands)
        os.mkfifo(answers)
        return commands, answers

    def another(self, name):
        """A worker that this one begets."""
        pipes = self.pipes(self.folder, name)
        return Process(self.call("fork", name), *pipes)

    def __enter__(self):
        return self

    def __exit__(self, *_args):
        with suppress(BrokenPipeError):
            self.commands.close()  # nothing more to read: it ends
        self.answers.read()
        self.answers.close()
        if hasattr(self, "process"):
            self.process.wait()

    @property
    def application(self):
        """How PostgreSQL names this process's connections."""
        return f"odoo-{self.pid}"

    def send(self, *command):
        self.commands.write(json.dumps(command) + "\n")
        self.commands.flush()

    def answer(self):
        line = self.answers.readline()
        if not line:
            raise RuntimeError("the worker died; its folder's worker.log says of what")
        return json.loads(line)

    def call(self, *command):
        self.send(*command)
        return self.answer()

    def kill(self):
        """As the system does it: without a chance to tidy up."""
        os.kill(self.pid, signal.SIGKILL)
        self.answers.read()  # until it is gone


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Worker:
    def __init__(self, config_file, database, folder):
        import odoo.init  # noqa: F401 first: it makes the rest of Odoo importable
        from odoo.modules.registry import Registry

        self.folder = Path(folder)
        self.answer_through("first")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        options = ["-c", config_file, "-d", database, "-D", f"{folder}/data", "--no-http"]
        config.parse_config([*options, "--log-level=warn"])
        self.database = database
        self.registry = Registry(database)
        from odoo.addons.edu_dropout_control.models.monitoring import roster_import_job

        roster_import_job.BATCH = BATCH

    def answer_through(self, name):
        """Commands come and answers go through the pipes of this name from now on."""
        commands = os.open(self.folder / f"{name}.in", os.O_RDONLY)
        answers = os.open(self.folder / f"{name}.out", os.O_WRONLY)
        os.dup2(commands, 0)
        os.dup2(answers, 1)
        os.close(commands)
        os.close(answers)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)

    def environment(self, cr, user_id=1):
        from odoo.api import Environment

        return Environment(cr, user_id, {"no_reset_password": True})

    def run(self):
        while line := sys.stdin.readline():
            name, *arguments = json.loads(line)
            say(getattr(self, name)(*arguments))

    def fork(self, name):
        from odoo import sql_db

        sql_db.close_all()  # a connection serves one process
        if pid := os.fork():
            return pid
        self.registry._db = sql_db.db_connect(self.database)  # by its own name
        self.answer_through(name)
        self.run()
        os._exit(0)

    # -- commands ---------------------------------------------------------------------------------

    def make_county(self):
        """The tests' county around today; nothing but imports runs by the clock."""
        from odoo.addons.base.models import res_users
        from odoo.addons.edu_dropout_control.tests.common import CountyMixin

        res_users.MIN_ROUNDS = 1  # twenty passwords that need no protection
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            env["ir.cron"].search([]).active = False
            env.ref("edu_dropout_control.cron_roster_import").active = True

            class County(CountyMixin):
                pass

            County.env = env
            today = env["edu.policy"]._edu_today()
            County.term_start, County.term_end = today - timedelta(2), today + timedelta(120)
            County.make_county()
            env["edu.policy"]._current().import_now_rows = 2 * BATCH

    def previewed(self, first, count, pressed):
        """An import of ``count`` children, previewed; in the background when ``pressed``.

        :return: its id
        """
        import base64

        from odoo.addons.edu_dropout_control.tests.monitoring.roster_common import write_csv
        from odoo.addons.edu_dropout_control.tools.identity import (
            make_identity,
            make_phone,
            make_student_no,
        )

        with self.registry.cursor() as cr:
            env = self.environment(cr)
            user = env["res.users"].search([("login", "=", "records_admin_a")])
            school = env["edu.school"].search([("name", "=", "东河中心小学")])
            born = date(env["edu.policy"]._edu_today().year - 8, 3, 1)
            children = [
                {
                    "school_code": school.code,
                    "name": f"赵{chr(0x4E00 + first + n)}明",
                    "gender": "male",
                    "birthdate": born + timedelta(n % 20),
                    "id_type": "1",
                    "id_number": make_identity(born + timedelta(n % 20), "male", first + n),
                    "national_no": make_student_no(born + timedelta(n % 20), "male", first + n),
                    "grade": 3,
                    "class_number": 1,
                    "registry_state": "enrolled",
                    "guardian1_name": "赵大山",
                    "guardian1_relation": "father",
                    "guardian1_phone": make_phone(first + n),
                }
                for n in range(count)
            ]
            roster = env(user=user.id)["edu.roster.import"].create(
                {
                    "school_id": school.id,
                    "upload": base64.b64encode(write_csv(children)),
                    "upload_name": f"学生{first}.csv",
                }
            )
            roster.action_preview()
            if pressed:
                roster.action_import()
            return roster.id

    def press(self, roster_id):
        """“Import”, as a request of its user does it."""
        from odoo.service import model

        model.random.uniform = lambda *_range: 0  # the wait before another try
        with self.registry.cursor() as cr:
            roster = self.environment(cr)["edu.roster.import"].browse(roster_id)
            env = self.environment(cr, roster.create_uid.id)
            model.retrying(env["edu.roster.import"].browse(roster_id).action_import, env)

    def work(self):
        """What a cron worker does when it is woken."""
        from odoo.addons.base.models.ir_cron import IrCron

        IrCron._process_jobs(self.database)

    def by_the_clock(self):
        """The ten minutes are over."""
        with self.registry.cursor() as cr:
            cron = self.environment(cr).ref("edu_dropout_control.cron_roster_import")
            cron.nextcall = "2020-01-01"
        self.work()

    def stall(self, where, at):
        """Stop in the ``at``-th batch, ``planned`` or ``written``."""
        from odoo.addons.edu_dropout_control.models.monitoring.roster_write import RosterWriter

        carry_out, left = RosterWriter.carry_out, [at]

        def stalling(writer, plans):
            left[0] -= 1
            if where == "written":
                carry_out(writer, plans)
            if not left[0]:
                say("stalled")
                sys.stdin.readline()
            if where == "planned":
                carry_out(writer, plans)

        RosterWriter.carry_out = stalling

    def told(self, env, roster_id):
        """Why it waits, as the browser was told last."""
        import json

        for sent in env["bus.bus"].search([], order="id desc"):
            message = json.loads(sent.message)
            if message["type"] == "edu_import_progress" and message["payload"]["id"] == roster_id:
                return message["payload"]["waiting"]
        return None

    def facts(self, roster_id, first):
        """What is there of an import and of its children."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            roster = env["edu.roster.import"].browse(roster_id)
            source = f"学生{first}.csv"
            notes = env["mail.message"].search(
                [("model", "=", "edu.student"), ("body", "like", source)]
            )
            children = env["edu.student"].browse(set(notes.mapped("res_id")))
            names = ("row", "new", "changed", "unchanged", "rejected", "held")
            return {
                "state": roster.state,
                "waiting": roster.waits_for or "",
                "told": self.told(env, roster_id),
                "done": roster.done_rows,
                "counts": [roster[f"{name}_count"] for name in names],
                "children": len(children.exists()),
                "guardians": len(children.exists().guardian_ids),
                "notes": len(notes),
                "all": env["edu.student"].search_count([("name", "=like", "赵%")]),
                "memo": env["edu.roster.import.memo"].search_count([]),
            }


if __name__ == "__main__":
    Worker(*sys.argv[1:]).run()
