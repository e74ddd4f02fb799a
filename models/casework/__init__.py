from . import area
from . import school
from . import dropout_case
from . import case_ladder
from . import notice
from . import notice_service
from . import notice_document
from . import referral
