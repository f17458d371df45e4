"""The tests: they mirror the packages, and run against real servers (`tests.servers`)."""
