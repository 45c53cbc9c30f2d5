"""The case study on one machine: a virtual clock, a bot, and the timetable."""
