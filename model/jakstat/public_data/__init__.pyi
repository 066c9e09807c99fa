from .pace2018 import PACE2018_TABLE as PACE2018_TABLE, obtain_pace2018 as obtain_pace2018
from .sobotta2017 import (
    obtain_sobotta2017 as obtain_sobotta2017,
    place_sobotta2017 as place_sobotta2017,
    sobotta2017_absence as sobotta2017_absence,
)
