"""How light it is at a place and a time, from the height of the sun.

Low-precision formulas of the Astronomical Almanac (page C5), good to about 0.01° of the sun's
place between 1950 and 2050: far finer than what separates day from night.
"""

from __future__ import annotations

import math
from typing import Final

from gardefou.storage.paper_records import Light

J2000: Final = 946728000.0
"""1 January 2000, 12:00 UTC, s."""

RISEN: Final = -0.833
"""Height of the sun's centre at sunrise, degrees: half its disc, and the air's refraction."""

DARK: Final = -6.0
"""Height at the end of civil twilight, degrees."""


def sun_height(latitude: float, longitude: float, time: float) -> float:
    """Height of the sun over the horizon, degrees; latitude and longitude in degrees, time UTC s.

    >>> round(sun_height(0.0, 0.0, 1774008000.0))  # 20 March 2026, 12:00 UTC, on the equator
    88
    """
    days = (time - J2000) / 86400
    mean_longitude = math.radians(280.460 + 0.9856474 * days)
    anomaly = math.radians(357.528 + 0.9856003 * days)
    ecliptic = (
        mean_longitude
        + math.radians(1.915) * math.sin(anomaly)
        + math.radians(0.020) * math.sin(2 * anomaly)
    )
    tilt = math.radians(23.439 - 0.0000004 * days)
    ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    sidereal = math.radians(280.46062 + 360.9856474 * days + longitude)
    hour = sidereal - ascension
    height = math.sin(math.radians(latitude)) * math.sin(declination) + math.cos(
        math.radians(latitude)
    ) * math.cos(declination) * math.cos(hour)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))


def light(latitude: float | None, longitude: float | None, time: float) -> Light:
    """Day, twilight or night at a place; unknown where the place is. Time UTC, s."""
    if latitude is None or longitude is None:
        return Light.UNKNOWN
    height = sun_height(latitude, longitude, time)
    if height > RISEN:
        return Light.DAY
    return Light.TWILIGHT if height > DARK else Light.NIGHT
