from odoo import api, models


class EduProblem(models.AbstractModel):
    """The words for what a roster import finds when it compares rows with the children entered."""

    _inherit = "edu.problem"

    @api.model
    def _edu_texts(self):
        return {
            **super()._edu_texts(),
            "school_column_missing": self.env._("No column names the school of each child."),
            "school_unknown": self.env._("This school is not entered."),
            "school_closed": self.env._("“%(school)s” is closed; its children are at %(schools)s."),
            "school_ambiguous": self.env._("Several schools have this name."),
            "school_missing": self.env._("The row does not say which school it is about."),
            "school_out_of_scope": self.env._("You do not import for “%(school)s”."),
            "school_other_county": self.env._("“%(school)s” is a school of another county."),
            "school_other": self.env._(
                "The row is about “%(school)s”, this import about “%(own)s”."
            ),
            "zone_school_unknown": self.env._(
                "It does not say which school expects the child, and the zone does not tell."
            ),
            "expected_elsewhere": self.env._("The child is expected by “%(school)s” already."),
            "grade_not_in_school": self.env._(
                "“%(school)s” has grades %(first)s to %(last)s only."
            ),
            "class_unknown": self.env._(
                "The school has no class %(number)s in grade %(grade)s yet."
            ),
            "area_unknown": self.env._("This division of the county is not known; it is left out."),
            "number_in_text": self.env._(
                "A number of a person stands here, where it would not be kept confidential."
            ),
            "match_conflict": self.env._(
                "The identity number is that of one child, the student number that of another."
            ),
            "match_other_person": self.env._(
                "The number is that of a child with another name and birth date."
            ),
            "match_ambiguous": self.env._(
                "%(count)s children of this school have this name and birth date."
            ),
            "same_child": self.env._(
                "A child of this name and birth date is entered; no number says that it is the"
                " same."
            ),
            "same_child_in_file": self.env._(
                "A child of this name and birth date stands in row %(row)s of sheet “%(sheet)s”"
                " already."
            ),
            "stands_elsewhere": self.env._("The child stands in “%(school)s”: a transfer?"),
            "transfer_asked": self.env._(
                "The child stands in “%(school)s”, which has been asked to let it go."
            ),
            "transfer_refused": self.env._(
                "The child stands in “%(school)s”, which has refused the transfer."
            ),
            "stands_in_other_county": self.env._("The child stands in a school of another county."),
            "state_dropped_out": self.env._(
                "The registry says that the child dropped out. It stays on the roster, so that the"
                " check finds it."
            ),
            "state_kept": self.env._(
                "The child is known as dropped out here; a line in the registry does not change"
                " that."
            ),
            "state_unproven": self.env._(
                "The registry says that the child has left the school; here nobody has approved"
                " that. It stays on the list of the school."
            ),
            "suspension_unproven": self.env._(
                "The registry says that the child is suspended; here nobody has approved that. It"
                " stays on the roll of its class."
            ),
            "grade_back": self.env._(
                "The child is in grade %(known)s here; the file puts it into grade %(grade)s."
            ),
            "state_by_change": self.env._(
                "An approved status change says otherwise; a line in the registry does not change"
                " that."
            ),
            "national_no_older": self.env._(
                "The file has a temporary number, a formal one is entered; it stays."
            ),
            "national_no_changed": self.env._(
                "The child has a formal student number already, and this is another one."
            ),
            "number_of_double": self.env._(
                "The child has another identity number; this one came with a double entry of it."
            ),
            "refused": self.env._("It was refused: %(reason)s"),
            "unforeseen": self.env._("It could not be saved, for a reason nobody foresaw."),
        }

    @api.model
    def _edu_remedies(self):
        school = self.env._("Give the school's code of ten digits, or its full name.")
        correct = self.env._("Compare both numbers with the national registry and correct them.")
        return {
            **super()._edu_remedies(),
            "school_column_missing": self.env._(
                "Choose the school above, or which column below holds it."
            ),
            "school_unknown": school,
            "school_closed": self.env._(
                "Have the registry put the child there, export the list of that school and import"
                " it; dismiss the row here."
            ),
            "school_ambiguous": school,
            "school_missing": self.env._("Give the school's code, or choose the school above."),
            "school_out_of_scope": self.env._(
                "Dismiss the row, or have that school or the bureau import it."
            ),
            "school_other_county": self.env._(
                "Dismiss the row: that county imports it. If the school is wrong, correct it."
            ),
            "school_other": self.env._("Dismiss the row, or start an import for that school."),
            "zone_school_unknown": self.env._("Give the school's code or name, or the village."),
            "expected_elsewhere": self.env._(
                "Agree with that school which of you expects the child, or dismiss the row."
            ),
            "grade_not_in_school": self.env._("Correct the grade or the school."),
            "class_unknown": self.env._(
                "Correct the class, or tick “Create missing classes” and run again."
            ),
            "area_unknown": self.env._("Write its name as in the list of divisions."),
            "number_in_text": self.env._("Take it out; the rest is imported."),
            "match_conflict": correct,
            "match_other_person": correct,
            "match_ambiguous": self.env._("Give the identity number or the student number."),
            "same_child": self.env._("Say whether it is the same child or another one."),
            "same_child_in_file": self.env._(
                "Dismiss this row if it is the same child; else give the number of each."
            ),
            "stands_elsewhere": self.env._(
                "Say that the child has come once it is with you, and its school is asked; else"
                " dismiss the row."
            ),
            "transfer_asked": self.env._(
                "Nothing need be done: once the transfer is approved the row is imported."
            ),
            "transfer_refused": self.env._(
                "Agree with that school, then say once more that the child has come; or dismiss the"
                " row."
            ),
            "stands_in_other_county": self.env._(
                "Transfer it in the national registry first; then ask the bureau."
            ),
            "state_dropped_out": self.env._("See that a case is open for the child."),
            "state_kept": self.env._("If the child is back, record the return in its case."),
            "state_unproven": self.env._(
                "Enter the status change with its proof and have it approved (Monitoring › Status"
                " Changes); the child is listed under “Not in the Registry File” until then."
            ),
            "suspension_unproven": self.env._(
                "Enter the suspension with the hospital's proof and have it approved (Monitoring ›"
                " Status Changes)."
            ),
            "grade_back": self.env._(
                "Is it last year's file? A child that repeats is approved under “Repeating"
                " Children”."
            ),
            "state_by_change": self.env._(
                "If the child learns here again, enter its resumption; else have the registry put"
                " right."
            ),
            "national_no_older": self.env._("Nothing need be done if it is right."),
            "national_no_changed": self.env._(
                "Compare both with the national registry: correct the file, or the number of the"
                " child here, and run the row again."
            ),
            "number_of_double": self.env._(
                "Compare both with the household register, and correct the one that is wrong."
            ),
            "refused": self.env._("Correct what it says and run again."),
            "unforeseen": self.env._("Run again; if it stays, tell the system administrator."),
        }
