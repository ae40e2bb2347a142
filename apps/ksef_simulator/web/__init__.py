"""HTTP: the request on its way in, the answer on its way out, limits, faults and the report."""
