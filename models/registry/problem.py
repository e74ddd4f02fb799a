from odoo import api, models


class EduProblem(models.AbstractModel):
    """The words for the problem codes of the tools room (``tools/problem.py``): what is wrong, and
    what to do. Rooms to the right add the words for their own codes.

    Anybody's code calls it; a problem carries no number, so its text repeats none.
    """

    _name = "edu.problem"
    _description = "Words for problems of values, rows and files"

    @api.model
    def _edu_text(self, problem):
        """What is wrong, as a sentence in the user's language.

        :param problem: ``tools.problem.Problem``, or anything with ``code`` and ``params``
        """
        return self._edu_words(self._edu_texts(), problem) or problem.code

    @api.model
    def _edu_remedy(self, problem):
        """What to do about it, as a sentence in the user's language; '' where nothing need be done.

        :param problem: as for ``_edu_text``
        """
        return self._edu_words(self._edu_remedies(), problem)

    @api.model
    def _edu_words(self, words, problem):
        text = words.get(problem.code, "")
        if "%" not in text:
            return text
        params = dict(problem.params)
        for name in ("field", "other_field"):
            if name in params:
                params[name] = self._edu_field_label(params[name])
        if "limit" in params:
            params["megabytes"] = int(params["limit"]) >> 20
            params["millions"] = int(params["limit"]) // 1_000_000
        if params.get("sheet") == "":  # delimited text has none
            params["sheet"] = "CSV"
        if "rows" in params and "row" not in params:
            params["row"] = params["rows"]
        return text % params

    @api.model
    def _edu_field_label(self, field_key):
        """The label of a field of rosters (``tools/roster/header.py``) in the user's language."""
        return self._edu_field_labels().get(field_key, field_key)

    @api.model
    def _edu_field_labels(self):
        """{field key of rosters: label}"""
        guardian = {
            "name": (self.env._("Guardian 1"), self.env._("Guardian 2")),
            "relation": (self.env._("Guardian 1 Relation"), self.env._("Guardian 2 Relation")),
            "phone": (self.env._("Guardian 1 Phone"), self.env._("Guardian 2 Phone")),
            "id_number": (
                self.env._("Guardian 1 Identity Number"),
                self.env._("Guardian 2 Identity Number"),
            ),
            "is_legal": (
                self.env._("Guardian 1 Is Legal Guardian"),
                self.env._("Guardian 2 Is Legal Guardian"),
            ),
            "workplace": (self.env._("Guardian 1 Workplace"), self.env._("Guardian 2 Workplace")),
        }
        return {
            "school_name": self.env._("School"),
            "school_code": self.env._("School Code"),
            "name": self.env._("Name"),
            "gender": self.env._("Gender"),
            "birthdate": self.env._("Birth Date"),
            "id_type": self.env._("Document Type"),
            "id_number": self.env._("Identity Number"),
            "national_no": self.env._("National Student Number"),
            "aux_no": self.env._("Auxiliary Number"),
            "ethnicity": self.env._("Ethnicity"),
            "nationality": self.env._("Nationality"),
            "household_kind": self.env._("Kind of Household"),
            "household_area": self.env._("Household Registration Place"),
            "household_area_code": self.env._("Household Area Code"),
            "address": self.env._("Address"),
            "grade": self.env._("Grade"),
            "class_number": self.env._("Class"),
            "entry_month": self.env._("Entry Month"),
            "entry_mode": self.env._("Entry Mode"),
            "study_mode": self.env._("Study Mode"),
            "registry_state": self.env._("Registry State"),
            "boarding": self.env._("Boarding"),
            "left_behind": self.env._("Left-Behind Child"),
            "migrant": self.env._("Child of Migrant Workers"),
            "orphan": self.env._("Orphan"),
            "disability_type": self.env._("Disability"),
            "disability_no": self.env._("Disability Certificate"),
            "placement": self.env._("Placement"),
            "aided": self.env._("Receives Aid"),
            "phone": self.env._("Phone"),
            "former_name": self.env._("Former Name"),
            "health": self.env._("Health"),
            "zone_school_name": self.env._("School of the Zone"),
            "zone_school_code": self.env._("Code of the School of the Zone"),
            "expected_grade": self.env._("Expected Grade"),
            "village": self.env._("Village"),
            "township": self.env._("Township"),
            "remark": self.env._("Remark"),
            **{
                f"guardian{number}_{part}": labels[number - 1]
                for part, labels in guardian.items()
                for number in (1, 2)
            },
        }

    @api.model
    def _edu_texts(self):
        """{code: what is wrong, with %(params)s}"""
        mistyped = self.env._("The last digit does not fit: one digit is mistyped.")
        missing = self.env._("The number is missing.")
        return {
            # identity numbers
            "id_empty": missing,
            "id_length": self.env._("It has %(length)s characters instead of 18."),
            "id_old_15": self.env._("A number of 15 digits is no longer valid; enter all 18."),
            "id_characters": self.env._("It takes 17 digits and a digit or X."),
            "id_birthdate": self.env._("The birth date within the number does not exist."),
            "id_future": self.env._("The birth date within the number lies in the future."),
            "id_checksum": mistyped,
            "id_region_unknown": self.env._("The region of the number is not known."),
            "id_region_made_up": self.env._("The region of the number is a made-up one."),
            "document_no_format": self.env._("This is no number of such a document."),
            # national student numbers
            "student_no_empty": missing,
            "student_no_length": self.env._("It has %(length)s characters instead of 19."),
            "student_no_prefix": self.env._("It begins with G, L or J."),
            "student_no_characters": self.env._("It takes a letter, 17 digits and a digit or X."),
            "student_no_checksum": mistyped,
            # other numbers
            "school_code_format": self.env._("A school code has ten digits."),
            "disability_no_format": self.env._(
                "A certificate number is the identity number, the kind and the grade: 20"
                " characters."
            ),
            "disability_no_identity": self.env._(
                "The identity number within the certificate number is wrong."
            ),
            "disability_no_category": self.env._("The kind of disability runs from 1 to 7."),
            "disability_no_grade": self.env._("The grade of disability runs from 1 to 4."),
            "area_code_format": self.env._("An area code has 6, 9 or 12 digits."),
            "phone_format": self.env._("This is no phone number."),
            "number_spoilt": self.env._("Excel has rounded the number: its last digits are lost."),
            # dates
            "date_empty": self.env._("The date is missing."),
            "date_unreadable": self.env._("This is no date that can be read."),
            "date_impossible": self.env._("There is no such day."),
            "date_month_only": self.env._("The day is missing: only year and month are given."),
            # files
            "file_empty": self.env._("The file is empty."),
            "file_too_large": self.env._(
                "The file takes more than %(megabytes)s MB when unpacked."
            ),
            "file_too_many_cells": self.env._(
                "The workbook has more than %(millions)s million cells."
            ),
            "file_reading_ended": self.env._(
                "Reading the workbook was broken off: it takes more memory or time than one file is"
                " given."
            ),
            "file_encrypted": self.env._("The workbook is protected by a password."),
            "file_corrupt": self.env._("The file is damaged or was cut off on its way."),
            "file_html": self.env._("The file is a web page, though it is named like a workbook."),
            "file_xml": self.env._("The file is an XML table, no workbook."),
            "file_pdf": self.env._("The file is a PDF document, no workbook."),
            "file_image": self.env._("The file is a picture, no workbook."),
            "file_archive": self.env._("The file is an archive, no workbook."),
            "file_xlsb": self.env._("The file is a binary workbook (.xlsb)."),
            "file_not_workbook": self.env._("The file is an Office document, but no workbook."),
            "file_unknown": self.env._("The file is neither a workbook nor a table of text."),
            "file_open_quote": self.env._(
                "A quotation mark is opened in line %(row)s and not closed: rows after it would be"
                " swallowed."
            ),
            # sheets and headers
            "roster_not_found": self.env._("No sheet of the file holds a list of children."),
            "sheet_empty": self.env._("The sheet is empty."),
            "header_not_found": self.env._(
                "No row of headers was found in the first %(rows)s rows of the sheet."
            ),
            "rows_missing": self.env._(
                "Sheet “%(sheet)s” has its header in row %(row)s and no child below it."
            ),
            "sheet_hidden": self.env._(
                "Sheet “%(sheet)s” is hidden in the workbook; nothing is taken from it."
            ),
            "sheet_hidden_taken": self.env._(
                "Sheet “%(sheet)s” is hidden in the workbook; it is taken, since no other sheet"
                " holds a list."
            ),
            "rows_hidden": self.env._(
                "%(count)s rows of sheet “%(sheet)s” are hidden in the workbook and taken like the"
                " others: %(rows)s."
            ),
            "columns_hidden": self.env._(
                "Columns %(columns)s of sheet “%(sheet)s” are hidden in the workbook and read like"
                " the others."
            ),
            "header_unknown": self.env._("Column %(column)s “%(header)s” is not known."),
            "header_duplicate": self.env._(
                "Columns %(other_column)s and %(column)s both hold “%(field)s”; only the first is"
                " read."
            ),
            "column_missing": self.env._("There is no column “%(field)s”."),
            "identifier_column_missing": self.env._(
                "There is neither identity number nor national student number nor birth date, so"
                " children cannot be told apart."
            ),
            "override_unknown_field": self.env._(
                "“%(header)s” was assigned to a field that is gone."
            ),
            # rows
            "value_missing": self.env._("“%(field)s” is empty."),
            "identifier_missing": self.env._(
                "Neither identity number nor national student number nor birth date is given."
            ),
            "value_unknown": self.env._("This value of “%(field)s” is not known; it is left out."),
            "name_characters": self.env._("The name holds digits or signs."),
            "gender_unknown": self.env._("It is neither male nor female."),
            "gender_mismatch": self.env._("The gender is not that of “%(other_field)s”."),
            "birthdate_mismatch": self.env._("The birth date is not that of “%(other_field)s”."),
            "birthdate_future": self.env._("The birth date lies in the future."),
            "birthdate_implausible": self.env._("The child would be %(age)s years old."),
            "grade_unreadable": self.env._("This is no grade that can be read."),
            "grade_ambiguous": self.env._(
                "It does not tell whether primary or junior grade is meant."
            ),
            "grade_needs_year": self.env._(
                "To read a year of entry, the school year has to be known."
            ),
            "grade_not_compulsory": self.env._(
                "This is no grade of compulsory education (1 to 9)."
            ),
            "grade_missing": self.env._("The grade is missing."),
            "grade_age": self.env._("A child of %(age)s in grade %(grade)s is unusual."),
            "class_unreadable": self.env._("This is no class that can be read."),
            "class_grade_mismatch": self.env._(
                "The class says grade %(class_grade)s, the grade column %(grade)s; the grade"
                " column counts."
            ),
            "state_not_allowed": self.env._(
                "Compulsory education knows neither expulsion nor leaving by request."
            ),
            "national_no_differs": self.env._(
                "The student number is not built on the identity number."
            ),
            "national_no_without_prefix": self.env._(
                "The student number lacks its letter; it was read as identity number."
            ),
            "id_is_student_no": self.env._(
                "A student number stands in the column of identity numbers."
            ),
            "relation_conflict": self.env._("The relation is not the one that the header tells."),
            "disability_no_differs": self.env._(
                "The certificate number is not built on the identity number."
            ),
            "duplicate_in_file": self.env._(
                "The same “%(field)s” stands in row %(row)s of sheet “%(sheet)s” already."
            ),
        }

    @api.model
    def _edu_remedies(self):
        """{code: what to do, with %(params)s}"""
        compare = self.env._("Compare it with the household register and type it again.")
        registry = self.env._("Compare it with the national registry and type it again.")
        look = self.env._("Nothing need be done if it is right.")
        save_as = self.env._("Open it in Excel or WPS, save it as .xlsx and upload that.")
        export = self.env._("Export the list from the registry again and upload it.")
        date = self.env._("Write it as 2018-09-01.")
        return {
            **dict.fromkeys(
                (
                    "id_empty id_length id_old_15 id_characters id_birthdate id_future id_checksum"
                    " document_no_format gender_mismatch birthdate_mismatch birthdate_future"
                    " birthdate_implausible name_characters"
                ).split(),
                compare,
            ),
            **dict.fromkeys(
                (
                    "student_no_empty student_no_length student_no_prefix student_no_characters"
                    " student_no_checksum school_code_format"
                ).split(),
                registry,
            ),
            **dict.fromkeys(
                (
                    "id_region_unknown id_region_made_up national_no_differs"
                    " national_no_without_prefix id_is_student_no grade_age relation_conflict"
                    " class_grade_mismatch"
                ).split(),
                look,
            ),
            **dict.fromkeys(
                (
                    "disability_no_format disability_no_identity disability_no_category"
                    " disability_no_grade disability_no_differs"
                ).split(),
                self.env._("Compare it with the certificate; without it the rest is imported."),
            ),
            "area_code_format": self.env._("Give the code of the division, or its name."),
            "phone_format": self.env._(
                "Give a mobile number of 11 digits, or area code and number."
            ),
            "number_spoilt": self.env._(
                "Type the whole number here. In Excel, make the column text before typing or"
                " exporting."
            ),
            **dict.fromkeys(("date_empty", "date_unreadable", "date_impossible"), date),
            "date_month_only": self.env._("Add the day, as in 2018-09-01."),
            # files
            "file_empty": export,
            "file_too_large": self.env._("Split the list by school or grade and upload the parts."),
            "file_too_many_cells": self.env._(
                "Delete empty rows and columns, or split the list by school or grade."
            ),
            "file_reading_ended": self.env._(
                "Save the list alone as .csv, or split it by school or grade, and upload that."
            ),
            "file_encrypted": self.env._(
                "Open it in Excel or WPS, take the password off, save it and upload it again."
            ),
            "file_corrupt": self.env._("Download or copy it again and upload that."),
            **dict.fromkeys(("file_html", "file_xml", "file_xlsb"), save_as),
            **dict.fromkeys(
                ("file_pdf", "file_image", "file_not_workbook", "file_unknown"),
                self.env._(
                    "Upload the workbook (.xlsx, .xls) or table (.csv) that the registry exports."
                ),
            ),
            "file_open_quote": self.env._("Delete the mark, or export the list as a workbook."),
            "file_archive": self.env._("Unpack it and upload the workbook that is in it."),
            # sheets and headers
            "roster_not_found": self.env._(
                "Upload the registry's export as it is: it needs a row of headers, with the name"
                " and a number or the birth date of each child."
            ),
            "header_not_found": self.env._(
                "If the sheet holds children, put a row of headers on top."
            ),
            "rows_missing": self.env._(
                "Is it the right file? Export the list once more and upload it."
            ),
            "sheet_hidden": self.env._(
                "If it belongs to the list, unhide it in Excel or WPS, save and upload again."
            ),
            "sheet_hidden_taken": self.env._(
                "Make sure that it is the list you mean: unhide it in Excel or WPS to see it."
            ),
            "rows_hidden": self.env._(
                "A filter may be set: unhide them in Excel or WPS, delete those that do not belong"
                " to the list, save and upload again."
            ),
            "columns_hidden": self.env._(
                "Unhide them in Excel or WPS to see what they hold; below you may leave them out."
            ),
            "header_unknown": self.env._("Choose what it holds, or leave it out."),
            "header_duplicate": self.env._(
                "Choose for one of them what it holds, or leave it out."
            ),
            "column_missing": self.env._(
                "Choose below which column holds it, or upload a list that has it."
            ),
            "identifier_column_missing": self.env._(
                "Choose below which column holds one of them, or upload a list that has it."
            ),
            "override_unknown_field": self.env._("Choose again what it holds."),
            # rows
            "value_missing": self.env._("Fill it in."),
            "identifier_missing": self.env._("Fill in one of them."),
            "value_unknown": self.env._("Write it as the registry does, if it matters."),
            "gender_unknown": self.env._("Write 男 or 女."),
            "grade_unreadable": self.env._("Write it as 三年级 or 3."),
            "grade_ambiguous": self.env._("Write it as 小学三年级 or 七年级."),
            "grade_needs_year": self.env._(
                "Choose the term of the import, or write the grade itself."
            ),
            "grade_not_compulsory": self.env._(
                "Children of kindergarten and senior school do not belong here."
            ),
            "grade_missing": self.env._("Fill it in."),
            "class_unreadable": self.env._(
                "Write it as 2 or 2班; without it the rest is imported."
            ),
            "state_not_allowed": self.env._(
                "Have it put right in the registry, and see that the child is found."
            ),
            "duplicate_in_file": self.env._(
                "Dismiss this row if it is the same child; else correct the number."
            ),
        }
