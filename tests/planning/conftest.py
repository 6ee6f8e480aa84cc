"""What all tests of planning share: no property fails because the machine was busy; pytest bounds the time."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
