"""The insurer's core (两定接口, inpatient part): wire, books and prices of its own."""
