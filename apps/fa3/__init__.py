"""FA(3), the structured invoice of Poland: documents as values, their XML, schema, checks, calendar and numbers."""
