"""What lasts: alerts, evidence, reviews; the spool that brings them here from the workers."""
