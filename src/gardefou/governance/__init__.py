"""What makes every use visible: the journal, later mandates, roles and the register."""
