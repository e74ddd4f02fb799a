"""A signature drawn by hand, on paper."""

from ..tools.dropout_form import image_url


def drawing_url(signoff):
    """The drawing as a page holds it in itself; None where there is none."""
    drawing = signoff._edu_drawing() if signoff else None
    return image_url(drawing) if drawing else None
