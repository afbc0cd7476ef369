"""Whether the daemon does its work in time, and the ways to hear of it: a watchdog, /healthz, /metrics, a heartbeat, systemd."""
