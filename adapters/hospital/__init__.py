"""Systems of the hospital itself: the HIS and the departments' own."""
