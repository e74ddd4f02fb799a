from . import core
from . import registry
from . import monitoring
from . import casework
from . import support
from . import oversight
