"""Notes in the chatter of many records at once."""

from collections import defaultdict

from odoo.tools import SQL


def log_notes(model, bodies):
    """One note a record, as ``_message_log_batch`` writes them: it writes the first of each wording,
    and the others are copies of that one.

    :param model: an empty recordset with a chatter
    :param bodies: {id of the record: wording}
    """
    groups = defaultdict(list)
    for res_id, body in bodies.items():
        groups[body].append(res_id)
    if not groups:
        return
    env = model.env
    first = {ids[0]: body for body, ids in groups.items()}
    notes = model.browse(first)._message_log_batch(bodies=first)
    env.flush_all()
    copies = [
        (note.id, res_id)
        for note, ids in zip(notes, groups.values(), strict=True)
        for res_id in ids[1:]
    ]
    if not copies:
        return
    Message = env["mail.message"]
    names = [
        name
        for name, field in Message._fields.items()
        if field.store and field.column_type and name not in ("id", "res_id")
    ]
    env.cr.execute(
        SQL(
            """INSERT INTO mail_message (res_id, %(columns)s)
               SELECT copy.res_id, %(values)s
                 FROM unnest(%(notes)s, %(ids)s) WITH ORDINALITY
                   AS copy(note_id, res_id, position)
                 -- the offset keeps the planner from reading a table that just grows
                 JOIN (SELECT * FROM mail_message WHERE id = ANY(%(firsts)s) OFFSET 0) note
                   ON note.id = copy.note_id
                ORDER BY copy.position""",
            columns=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("note", name) for name in names),
            firsts=notes.ids,
            notes=[note_id for note_id, _res_id in copies],
            ids=[res_id for _note_id, res_id in copies],
        )
    )
    Message.invalidate_model(flush=False)
    model.invalidate_model(["message_ids"], flush=False)
