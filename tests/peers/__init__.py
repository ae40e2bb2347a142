"""Public KSeF SDKs against our simulator: each in an environment of its own, none a dependency of ours."""
