from odoo import api, models


class EduProblem(models.AbstractModel):
    """The words for the problem codes of the tools room (``tools/problem.py``).

    Anybody's code calls it; a problem carries no number, so its text repeats none.
    """

    _name = "edu.problem"
    _description = "Words for problems of values, rows and files"

    @api.model
    def _edu_text(self, problem):
        """What is wrong, as a sentence in the user's language.

        :param problem: ``tools.problem.Problem``
        """
        text = self._edu_texts().get(problem.code)
        return text % problem.params if text else problem.code

    @api.model
    def _edu_texts(self):
        """{code: text with %(params)s}"""
        return {
            "id_empty": self.env._("The number is missing."),
            "id_length": self.env._("It has %(length)s characters instead of 18."),
            "id_old_15": self.env._(
                "A number of 15 digits is no longer valid; enter all 18."
            ),
            "id_characters": self.env._("It takes 17 digits and a digit or X."),
            "id_birthdate": self.env._(
                "The birth date within the number does not exist."
            ),
            "id_future": self.env._(
                "The birth date within the number lies in the future."
            ),
            "id_checksum": self.env._(
                "The last digit does not fit: one digit is mistyped."
            ),
            "id_region_unknown": self.env._("The region of the number is not known."),
            "id_region_made_up": self.env._(
                "The region of the number is a made-up one."
            ),
            "student_no_empty": self.env._("The number is missing."),
            "student_no_length": self.env._(
                "It has %(length)s characters instead of 19."
            ),
            "student_no_prefix": self.env._("It begins with G, L or J."),
            "student_no_characters": self.env._(
                "It takes a letter, 17 digits and a digit or X."
            ),
            "student_no_checksum": self.env._(
                "The last digit does not fit: one digit is mistyped."
            ),
            "school_code_format": self.env._("A school code has ten digits."),
            "disability_no_format": self.env._(
                "A certificate number is the identity number, the kind and the grade: 20"
                " characters."
            ),
            "disability_no_identity": self.env._(
                "The identity number within the certificate number is wrong."
            ),
            "disability_no_category": self.env._(
                "The kind of disability runs from 1 to 7."
            ),
            "disability_no_grade": self.env._(
                "The grade of disability runs from 1 to 4."
            ),
            "area_code_format": self.env._("An area code has 6, 9 or 12 digits."),
            "phone_format": self.env._("This is no phone number."),
        }
