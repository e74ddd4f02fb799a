from . import county
