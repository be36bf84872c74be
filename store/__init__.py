"""MongoDB: the only place that knows the driver."""
