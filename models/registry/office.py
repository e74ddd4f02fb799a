"""What a job of the night writes by itself, it writes in the county's language."""

import functools


def in_office_language(method):
    """Mark a job (``_cron_…``): to-dos and notes in the chatter come in Chinese where it is installed,
    not in the language of whoever set the server up. What goes to one person comes in theirs."""

    @functools.wraps(method)
    def job(self, *args, **kwargs):
        office = self.env["edu.policy"]._edu_office_env()
        return method(self.with_env(office), *args, **kwargs)

    return job
