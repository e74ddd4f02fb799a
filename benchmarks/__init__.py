"""The measured jobs: ratios taken side by side in one run, so that no machine's speed decides.

A job is a module of this package with

    def run(env):
        return [{"figure": str, "value": float, "target": str or None, "met": bool or None}, ...]

``env`` is the superuser's environment on a fresh copy of the tests' template: the addon without
demo data, in a database of the job's own that is dropped behind it, so a job may commit.  A
``figure`` says what was divided by what; a ``target`` is a text such as "<= 2.5", or None where a
figure only informs, and ``met`` then is None too.  The runner adds the job's name.

``TITLE``, a module's one-line text, heads its table.  A module whose name begins with an
underscore is no job.
"""

#: names for several jobs at once: everything about the children of a county, everything about what is due
GROUPS = {
    "roster": ("roster_import", "term", "comparison", "warning", "class_sheet"),
    "duties": ("duty_night", "consolidation"),
}
