"""The main job shown end to end: a channel, a patient and a HIS play an insured stay."""
