"""Who may call: applications that sign, operators, patients."""
