"""Lines of roster checks and warnings are found by one GIN index instead of many: those go, the new ones
come with the tables, and PostgreSQL learns to make them before that."""

from openupgradelib import openupgrade

from odoo.addons.edu_dropout_control.hooks import need_btree_gin

GONE = (
    "edu_roster_check_line__class_id_index",
    "edu_roster_check_line__household_township_id_index",
    "edu_roster_check_line__residence_township_id_index",
    "edu_roster_check_line__school_id_index",
    "edu_roster_check_line__school_township_id_index",
    "edu_roster_check_line__sheet_id_index",
    "edu_roster_check_line_student_term_idx",
    "edu_warning__household_township_id_index",
    "edu_warning__residence_township_id_index",
    "edu_warning__school_id_index",
    "edu_warning__school_township_id_index",
)


@openupgrade.migrate()
def migrate(env, version):
    need_btree_gin(env)
    for name in GONE:
        openupgrade.logged_query(env.cr, f"DROP INDEX IF EXISTS {name}")
