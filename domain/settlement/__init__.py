"""Settlement of an inpatient bill (出院结算), its cover, its cancellation, its explanation."""
