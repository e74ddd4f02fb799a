from . import scope_mixin
from . import secret_mixin
