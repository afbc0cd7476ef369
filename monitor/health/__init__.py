"""Detect a daemon that is late, and report it: watchdog, /healthz, /metrics, heartbeat, systemd."""
