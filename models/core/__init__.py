from . import append_only
from . import scope_mixin
from . import secret_mixin
from . import signoff
from . import signoff_mixin
