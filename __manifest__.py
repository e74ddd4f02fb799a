{
    "name": "Dropout Control",
    "summary": "No child of compulsory-education age is lost: roster checks, cases, notices in legal"
    " order, signed reports",
    "version": "19.0.1.0.0",
    "category": "Education",
    "license": "AGPL-3",
    "author": "edu_dropout_control contributors",
    "depends": ["mail", "base_setup", "base_import", "rpc"],
    "external_dependencies": {
        "python": [
            "cryptography",  # secrets in cipher
            "pypinyin",  # search by initials
            "python-calamine",  # one reader for .xls, .xlsx, .ods
            "python-stdnum",  # ISO 7064 check digits
            "xlsxwriter",  # official tables
        ],
    },
    "data": [
        # groups before everything that names them
        "security/groups.xml",
        "security/rules_core.xml",
        "security/rules_registry.xml",
        "security/rules_monitoring.xml",
        "security/rules_casework.xml",
        "security/rules_oversight.xml",
        "security/ir.model.access.csv",
        # data
        "data/sequences.xml",
        "data/codes.xml",
        "data/calendar_days.xml",
        "data/policy.xml",
        "data/crons.xml",
        "data/monitoring.xml",
        "data/casework.xml",
        "data/oversight.xml",
        # documents
        "reports/dropout_report_templates.xml",
        "reports/notice_documents.xml",
        "reports/visit_documents.xml",
        # core
        "views/core/signoff.xml",
        "views/core/reveal_log.xml",
        # registry
        "views/registry/area.xml",
        "views/registry/school.xml",
        "views/registry/school_class.xml",
        "views/registry/student.xml",
        "views/registry/guardian.xml",
        "views/registry/term.xml",
        "views/registry/policy.xml",
        "views/registry/calendar_day.xml",
        "views/registry/code.xml",
        "views/registry/post.xml",
        # monitoring
        "wizard/comparison_decide.xml",
        "wizard/comparison_settle.xml",
        "wizard/entrant_assign.xml",
        "wizard/entrant_expect.xml",
        "wizard/registry_number.xml",
        "wizard/roster_add.xml",
        "wizard/roster_proof.xml",
        "wizard/roster_reopen.xml",
        "wizard/status_step.xml",
        "views/monitoring/status_change.xml",
        "views/monitoring/roster_check_line.xml",
        "views/monitoring/roster_sheet.xml",
        "views/monitoring/roster_check.xml",
        "wizard/roster_repeat_start.xml",
        "views/monitoring/roster_repeat.xml",
        "views/monitoring/roster_progress.xml",
        "views/monitoring/entrant.xml",
        "views/monitoring/ledger.xml",
        "views/monitoring/absence.xml",
        "views/monitoring/student.xml",
        "views/monitoring/school.xml",
        "views/monitoring/term.xml",
        "views/monitoring/policy.xml",
        "views/monitoring/roster_header.xml",
        "views/monitoring/roster_import_row.xml",
        "views/monitoring/roster_import.xml",
        "views/monitoring/comparison.xml",
        "views/monitoring/comparison_row.xml",
        # casework
        "wizard/case_step.xml",
        "wizard/case_found.xml",
        "views/casework/dropout_case.xml",
        "views/casework/notice.xml",
        "views/casework/referral.xml",
        "views/casework/case_ladder.xml",
        "views/casework/issuer.xml",
        "views/casework/verify_page.xml",
        # oversight
        "views/oversight/dropout_report.xml",
        "views/oversight/dropout_report_version.xml",
        "views/oversight/dropout_report_line.xml",
        "views/oversight/dropout_report_status.xml",
        # wizards
        "wizard/dropout_report_return.xml",
        "wizard/county_setup.xml",
        "views/casework/visit.xml",
        "views/casework/student.xml",
        # menus last: they name the actions
        "views/menus.xml",
    ],
    "demo": ["demo/demo.xml"],
    "assets": {
        "web.assets_backend": ["edu_dropout_control/static/src/**/*"],
        "web.assets_tests": ["edu_dropout_control/static/tests/tours/**/*"],
    },
    "application": True,
    "post_load": "post_load",
    "uninstall_hook": "uninstall_hook",
}
