"""The lab: healthy seed programs, faults planted in them, and what training then shows. Needs the extra `lab`."""
