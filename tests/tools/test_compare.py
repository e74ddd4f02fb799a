from odoo.tests import BaseCase, tagged

from ...tools.compare import Words, compare, differences


class Named(Words):
    skipped = frozenset({"id"})

    def item(self, path, item, position):
        if isinstance(item, dict):
            return item["id"], item["name"]
        return super().item(path, item, position)

    def text(self, path, value):
        if path[-1] == "phone":
            return "***" if value else ""
        return super().text(path, value) if value is not None else ""


def told(lines):
    return [(line["label"], line["status"], line["old"], line["new"]) for line in lines]


@tagged("post_install", "-at_install")
class TestCompare(BaseCase):
    def compare(self, old, new):
        return compare(old, new, Named())

    def test_equal_contents_do_not_differ(self):
        content = {"a": 1, "rows": [{"id": 1, "name": "x", "tags": ["u", "v"]}], "none": None}
        lines = self.compare(content, content)
        self.assertEqual({line["status"] for line in lines}, {"same"})
        self.assertEqual(differences(lines), [])
        self.assertIn(("tags", "same", "u、v", "u、v"), told(lines))

    def test_changed_value_shows_both(self):
        lines = differences(self.compare({"a": 1, "b": 2}, {"a": 3, "b": 2}))
        self.assertEqual(told(lines), [("a", "changed", "1", "3")])

    def test_what_appears_and_what_goes(self):
        lines = differences(self.compare({"a": 1, "c": None}, {"b": 2, "c": "x"}))
        self.assertEqual(
            told(lines),
            [("a", "removed", "1", ""), ("b", "added", "", "2"), ("c", "added", "", "x")],
        )

    def test_entries_are_known_again_wherever_they_stand(self):
        old = {"rows": [{"id": 1, "name": "x", "n": 1}, {"id": 2, "name": "y", "n": 1}]}
        new = {"rows": [{"id": 2, "name": "y", "n": 5}, {"id": 3, "name": "z", "n": 1}]}
        self.assertEqual(
            told(differences(self.compare(old, new))),
            [
                ("rows", "changed", "", ""),
                ("y", "changed", "", ""),
                ("n", "changed", "1", "5"),
                ("z", "added", "", ""),
                ("n", "added", "", "1"),
                ("name", "added", "", "z"),
                ("x", "removed", "", ""),
                ("n", "removed", "1", ""),
                ("name", "removed", "x", ""),
            ],
        )

    def test_only_what_stands_above_a_difference_is_kept(self):
        old = {"a": {"x": {"y": 1}, "z": {"w": 1}}, "b": {"c": 1}}
        new = {"a": {"x": {"y": 1}, "z": {"w": 2}}, "b": {"c": 1}}
        self.assertEqual(
            [label for label, *_rest in told(differences(self.compare(old, new)))], ["a", "z", "w"]
        )

    def test_a_part_that_is_none_on_one_side(self):
        lines = differences(self.compare({"g": None}, {"g": {"name": "x"}}))
        self.assertEqual(told(lines), [("g", "added", "", ""), ("name", "added", "", "x")])
        lines = differences(self.compare({"g": [{"id": 1, "name": "x"}]}, {"g": None}))
        self.assertEqual(lines[-1]["status"], "removed")

    def test_changed_secret_is_marked_and_not_shown(self):
        [line] = differences(self.compare({"phone": "16900000001"}, {"phone": "16900000002"}))
        self.assertTrue(line["hidden"])
        self.assertEqual((line["old"], line["new"]), ("***", "***"))

    def test_two_entries_of_one_name(self):
        old = {"rows": [{"id": 1, "name": "x", "n": 1}, {"id": 1, "name": "x", "n": 2}]}
        self.assertEqual(differences(self.compare(old, old)), [])
